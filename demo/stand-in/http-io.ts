import type { IncomingMessage, ServerResponse } from 'node:http';

const MAX_BODY_BYTES = 65_536;

/** A request that a stand-in does not take, told with its status. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** @throws RequestError 413 beyond 64 KiB */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part: Buffer = chunk;
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new RequestError(413, 'more than 64 KiB');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(`${JSON.stringify(value)}\n`);
}
