/** Fields of the configuration that are written as text and read into something else. */

import { z } from 'zod';
import { type BareJid, JidError, parseBareJid, parseJid } from '../xmpp/jid.ts';
import { parseDuration } from './duration.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';

const MIN_DEADLINE_MS = 10_000;
const MAX_DEADLINE_MS = 30 * 86_400_000;

/** Text that is read into something else; `read` returns undefined, or throws a JidError, for what it refuses. */
function parsed<T>(read: (text: string) => T | undefined, refusal: string) {
  return z.string().transform((text, context): T => {
    try {
      const value = read(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: refusal });
    } catch (error) {
      if (!(error instanceof JidError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
    return z.NEVER;
  });
}

/** A domain alone. */
export const domain = () =>
  parsed((text) => {
    const { local, domain, resource } = parseJid(text);
    return local === undefined && resource === undefined ? domain : undefined;
  }, 'must be a domain alone, without @ and /.');

/** A bare JID with a local part. */
export const user = () =>
  parsed((text): BareJid | undefined => {
    const jid = parseBareJid(text);
    return jid.includes('@') ? jid : undefined;
  }, 'must be the address of a user, like ops@example.org.');

/** Domains and bare JIDs. */
export const access = () =>
  z.array(parsed(parseBareJid, 'must be a domain or the address of a user.'));

/** Where something listens. @param example for the reference */
export const listen = (example: string) =>
  parsed(parseEndpoint, 'must be address:port, like 127.0.0.1:8480 or [::1]:8480.').meta({
    title: 'Address and port',
    description: 'Where it listens. Port 0 lets the system choose one.',
    examples: [example],
  });

function readConnect(text: string): Endpoint | undefined {
  const endpoint = parseEndpoint(text);
  return endpoint !== undefined && endpoint.port > 0 ? endpoint : undefined;
}

/** The path of a public URL ends in a slash, so that names can be resolved against it. */
function readPublicUrl(text: string): URL | undefined {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username + url.password + url.search + url.hash !== '') return undefined;
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function readDeadline(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms !== undefined && ms >= MIN_DEADLINE_MS && ms <= MAX_DEADLINE_MS ? ms : undefined;
}

/** Where something is connected to. */
export const connect = () => parsed(readConnect, 'must be host:port, like 127.0.0.1:5347.');

/** How something is reached from outside. */
export const publicUrl = () =>
  parsed(readPublicUrl, 'must be a http or https address without query and password.');

/** In milliseconds. */
export const deadline = () =>
  parsed(readDeadline, 'must be a time from 10s to 30d, like 10m, 4h or 5d.');
