import { isIPv4, isIPv6 } from 'node:net';

export interface Endpoint {
  readonly host: string;
  /** 0 to 65535; 0 lets the system choose, where something listens. */
  readonly port: number;
}

/** Reads `host:port`, with IPv6 addresses in brackets. Undefined for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/@]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, bracketed, plain, digits] = match;
  const host = bracketed ?? plain ?? '';
  const port = Number(digits);
  const valid = bracketed === undefined ? isHostName(host) : isIPv6(bracketed);
  return valid && port <= 65_535 ? { host, port } : undefined;
}

/** A name that resolves to this machine alone, or an address of it (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function isHostName(host: string): boolean {
  return (
    isIPv4(host) || (/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(host) && !/^[\d.]+$/.test(host))
  );
}
