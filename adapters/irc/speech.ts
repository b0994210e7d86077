/** Hands one message over, line by line. */

import type {
  Attempt,
  Handed,
  NetworkMessageId,
  OutboundMessage,
  OutboundRoomMessage,
} from 'postern/adapter';
import { DeliveryError } from 'postern/adapter';
import { placeOf } from './address.ts';
import type { IrcConfig } from './config.ts';
import { notALine, notTaken } from './errors.ts';
import { type Lines, linesOf, saidBy } from './lines.ts';
import type { Outcome } from './wire/acknowledgement.ts';
import type { Wire } from './wire/client.ts';
import { LineError } from './wire/line.ts';

/** @throws DeliveryError */
export async function speak(
  wire: Wire,
  event: OutboundMessage | OutboundRoomMessage,
  attempt: Attempt,
  config: IrcConfig,
): Promise<Handed> {
  const lines = linesOf(event, config);
  const { parts } = lines;
  const ids: NetworkMessageId[] = [];
  for (const [part, text] of parts.entries()) {
    const known = attempt.sentParts.get(part);
    const given = known ?? (await sendPart(wire, event, { part, text, kind: lines.kind }, attempt));
    // A part must be known by something, also where the server gives it no id.
    const id = given ?? (`${event.id} ${part}` as NetworkMessageId);
    if (parts.length === 1 && given === undefined) break;
    ids.push(id);
    if (known === undefined && parts.length > 1) await attempt.partSent(part, id, parts.length);
  }
  const said = saidBy(lines, event.text);
  return { networkIds: ids, delivered: true, ...(said === undefined ? {} : { said }) };
}

async function sendPart(
  wire: Wire,
  event: OutboundMessage | OutboundRoomMessage,
  line: { readonly part: number; readonly text: string; readonly kind: Lines['kind'] },
  attempt: Attempt,
): Promise<NetworkMessageId | undefined> {
  const { part, text, kind } = line;
  const { signal } = attempt;
  const leave = (): void => attempt.leave(part);
  let outcome: Outcome;
  try {
    outcome = await wire.sendText(placeOf(event.peer).name, text, { kind, leave, signal });
  } catch (error) {
    throw error instanceof LineError ? notALine(error) : error;
  }
  switch (outcome.is) {
    case 'taken':
      return outcome.id as NetworkMessageId | undefined;
    case 'refused':
      throw notTaken(outcome.error, part > 0);
    case 'unsent':
      throw new DeliveryError({ kind: 'later' }, 'the connection was gone before it left');
    case 'unknown':
      throw new DeliveryError(
        { kind: 'unknown-outcome' },
        'the server did not say what became of it',
      );
  }
}
