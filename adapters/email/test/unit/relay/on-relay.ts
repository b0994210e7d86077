import { DeliveryError, type MessageId } from 'postern/adapter';
import { onTestFinished } from 'vitest';
import type { ComposedMail } from '../../../compose.ts';
import type { MailAddress } from '../../../mail-address.ts';
import type { Accepted, Letter } from '../../../relay/letter.ts';
import { openRelay, type Relay, type RelayOptions } from '../../../relay/relay.ts';
import { type Script, ScriptedServer } from '../../scripted-server.ts';

export const SENDER = 'b=01jdfn2y7e8t9w0qx3z5v6b4kc.abcdefghijkl@mail.example.org' as MailAddress;
export const RECIPIENT = 'bob@example.com' as MailAddress;
export const CANARY = 'canary-of-a-text';
const MESSAGE = `From: juliet@mail.example.org\r\nTo: bob@example.com\r\n\r\n${CANARY}\r\n`;

/** A relay that speaks to a port of this machine, ended with the test, and what it told the operator. */
export function relayTo(port: number, options: Partial<RelayOptions> = {}) {
  const troubles: string[] = [];
  const absences: string[] = [];
  const relay = openRelay({
    smarthost: { host: '127.0.0.1', port, tls: false },
    clearText: false,
    name: 'mail.example.org',
    onTrouble: (words) => troubles.push(words),
    onUnreachable: (words) => absences.push(words),
    ...options,
  });
  onTestFinished(() => relay.close());
  return { relay, troubles, absences };
}

export async function scripted(script: Script = {}, options: Partial<RelayOptions> = {}) {
  const server = await ScriptedServer.start(script);
  onTestFinished(() => server.close());
  return { server, ...relayTo(server.port, options) };
}

/** A mail that nobody has composed: the relay looks into none. */
export function written(mail: string | Buffer): ComposedMail {
  return Buffer.from(mail) as ComposedMail;
}

export function letter(more: Partial<Letter> = {}): Letter {
  return {
    from: SENDER,
    to: RECIPIENT,
    message: written(MESSAGE),
    envelopeId: '01JDFN2Y7E8T9W0QX3Z5V6B4KC' as MessageId,
    wantsDsn: false,
    ...more,
  };
}

export interface Sending {
  readonly accepted?: Accepted;
  /** Of the kinds of verdicts. */
  readonly verdict?: string;
  readonly error?: DeliveryError;
  /** What was thrown and is no such error. */
  readonly thrown?: unknown;
  /** How often it was said that bytes leave. */
  readonly left: number;
}

/** Sends one letter, and tells how it ended. */
export async function send(
  relay: Relay,
  more: Partial<Letter> = {},
  { signal = new AbortController().signal, leave = () => {} } = {},
): Promise<Sending> {
  let left = 0;
  const attempt = {
    signal,
    leave: () => {
      left += 1;
      leave();
    },
  };
  try {
    return { accepted: await relay.send(letter(more), attempt), left };
  } catch (thrown) {
    if (!(thrown instanceof DeliveryError)) return { thrown, left };
    return { verdict: thrown.verdict.kind, error: thrown, left };
  }
}
