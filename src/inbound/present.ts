/**
 * The way network → XMPP, second step: what waits in a lane is sent to the user's server, and counts
 * as handed over when the server has answered for it.
 */

import type { MessageId } from '../contract/index.ts';
import { crashPoint } from '../crash-point.ts';
import type { StepKind } from '../history/history.ts';
import {
  type ClaimedEntry,
  CRASHES_TO_PARK,
  type LaneStore,
  type Settlement,
} from '../lanes/lane-store.ts';
import type { LaneServer } from '../lanes/serving.ts';
import { readInbound, type StoredInbound, UnreadableError } from '../lanes/stored.ts';
import { type BareJid, bareJid, formatJid } from '../xmpp/jid.ts';
import {
  type IncomingError,
  type OutgoingMessage,
  PoisonousError,
  UnserialisableError,
  type XmppPort,
} from '../xmpp/port.ts';
import { UnderWay } from './under-way.ts';
import { type Sending, Wire } from './wire.ts';

/**
 * A server that dies may forget what it answered for a little earlier; then a late error comes, too. Over
 * only when the server has answered something after it: a link that is half open is found in 45 s.
 */
export const GRACE_MS = 30_000;

/** How soon a stanza is tried again that met the end of its stream; the stream's return ends the wait. */
const AGAIN_MS = 1_000;

/** While the user's server asks to wait. */
const BOUNCED_MS = 300_000;

export interface PresentOptions {
  readonly port: Pick<XmppPort, 'deliver'>;
  readonly lanes: Pick<LaneStore, 'reopen' | 'bounce' | 'read'>;
  readonly note: (message: MessageId, what: StepKind, detail?: string) => void;
  /** A message was put aside for the operator. */
  readonly parked: (message: MessageId, why: string) => void;
  readonly nudge: (partition: number) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

export interface Presenter extends LaneServer {
  /** The user's server sent a message of ours back. */
  bounced(id: MessageId, error: IncomingError): Promise<void>;
}

export function presenter(options: PresentOptions): Presenter {
  const wire = new Wire(options.port);
  const underWay = new UnderWay();
  return {
    async serve({ lane, entries }, turn) {
      const open = entries[0]?.interrupted === true ? entries[0] : undefined;
      // A repeat carries the same id: it is harmless, and there is nobody to ask.
      if (open !== undefined && !(await turn.reopen(open.id))) return NOTHING;
      for (const { id } of entries) underWay.begin(id);
      crashPoint('send.before', lane.channel);
      // All in one tick: they leave together, in this order.
      const sending = wire.turn(turn.signal);
      const sent = await Promise.all(
        entries.map((entry) => present(options, sending, entry)),
      ).finally(() => sending.end());
      crashPoint('send.after', lane.channel);
      const unsettled = sent.findIndex((settlement) => settlement.kind === 'later');
      const settlements = unsettled < 0 ? sent : sent.slice(0, unsettled + 1);
      return { settlements, reports: [] };
    },
    settled({ entries }, { settlements }) {
      for (const [index, { kind }] of settlements.entries()) {
        const id = entries[index]?.id;
        // What is tried again may be on its way still.
        if (id === undefined || kind === 'later') continue;
        const error = underWay.end(id);
        if (error !== undefined) bounced(options, id, error).catch(options.onError);
      }
    },
    async bounced(id, error) {
      if (!underWay.keep(id, error)) await bounced(options, id, error);
    },
  };
}

const NOTHING = { settlements: [], reports: [] };

async function present(
  options: PresentOptions,
  sending: Sending,
  entry: ClaimedEntry,
): Promise<Settlement> {
  const { id } = entry;
  let event: StoredInbound;
  try {
    event = readInbound(entry.event);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return park(options, id, `what is stored can not be read: ${error.message}`);
  }
  if (event.to === '') return park(options, id, 'nobody owns the address, and there is no admin');
  if (entry.crashes >= CRASHES_TO_PARK) {
    return park(options, id, `${entry.crashes} attempts ended in a crash`);
  }
  if (options.now() >= entry.deadlineAt) {
    options.note(id, 'expired');
    return park(options, id, 'its user could not be reached in time');
  }
  try {
    await sending.deliver(outgoing(id, event));
  } catch (error) {
    if (error instanceof UnserialisableError || error instanceof PoisonousError) {
      return park(options, id, error.message);
    }
    return { kind: 'later', afterMs: AGAIN_MS };
  }
  options.note(id, 'handed');
  if (event.kind !== 'text') options.note(event.about, 'told', event.kind);
  return { kind: 'handed', parts: [], keepMs: GRACE_MS };
}

function park(options: PresentOptions, id: MessageId, why: string): Settlement {
  options.note(id, 'parked', why);
  options.parked(id, why);
  return { kind: 'terminal', keep: true };
}

function outgoing(id: MessageId, event: StoredInbound): OutgoingMessage {
  const from = event.from;
  switch (event.kind) {
    case 'text': {
      const { to, text, thread, sentAt } = event;
      const optional = {
        ...(thread === undefined ? {} : { thread }),
        ...(sentAt === undefined ? {} : { sentAt }),
      };
      return { kind: 'text', id, from, to: to as BareJid, text, ...optional };
    }
    case 'receipt':
      return { kind: 'receipt', id, from, to: event.to, of: event.of };
    case 'error':
      return { kind: 'error', id, from, to: event.to, of: event.of, refusal: event.refusal };
  }
}

/**
 * Where the server asks to wait we try again until the deadline; else the message is put aside,
 * because only the operator can still do something.
 */
async function bounced(
  options: PresentOptions,
  id: MessageId,
  error: IncomingError,
): Promise<void> {
  const entry = await options.lanes.read(id);
  if (entry === undefined || !isRecipient(entry.event, error)) return;
  const why = `the user's server answered ${error.condition}`;
  if (error.type === 'wait') {
    if (await options.lanes.bounce(id, { kind: 'later', afterMs: BOUNCED_MS })) {
      options.note(id, 'later', why);
      options.nudge(entry.lane.partition);
    }
    return;
  }
  if (!(await options.lanes.bounce(id, { kind: 'terminal', keep: true }))) return;
  options.note(id, 'parked', why);
  options.parked(id, why);
}

/** Anybody may send an error that names any id. */
function isRecipient(stored: string, { from }: IncomingError): boolean {
  try {
    const { to } = readInbound(stored);
    return to === bareJid(from) || to === formatJid(from);
  } catch {
    return false;
  }
}
