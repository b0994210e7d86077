import { statusOf } from './answer.ts';
import type { Outcome } from './recipient.ts';

/** The fields of one recipient (RFC 3464 §2.3). */
export interface StatusGroup {
  readonly address?: string;
  readonly outcome?: Outcome;
  readonly status?: string;
  /** Without the type before the semicolon. */
  readonly diagnostic: string;
}

export interface DeliveryStatus {
  readonly recipients: readonly StatusGroup[];
  /** RFC 3464 §2.2.1: what the sender called the transaction. */
  readonly envelopeId?: string;
}

const FIELD = /^\s{0,3}([A-Za-z][A-Za-z-]{1,40}):(.*)$/;
/** The fields that are read. */
const KNOWN = new Set([
  'original-envelope-id',
  'original-recipient',
  'final-recipient',
  'x-actual-recipient',
  'action',
  'status',
  'diagnostic-code',
]);
const OTHERS = new Set([
  'reporting-mta',
  'remote-mta',
  'received-from-mta',
  'arrival-date',
  'last-attempt-date',
  'will-retry-until',
  'x-postfix-queue-id',
  'x-postfix-sender',
]);
const OUTCOMES = new Map<string, Outcome>([
  ['failed', 'failed'],
  ['delayed', 'delayed'],
  ['delivered', 'delivered'],
  ['relayed', 'relayed'],
  ['expanded', 'relayed'],
]);
const MOST_RECIPIENTS = 100;

/**
 * Reads the fields of RFC 3464, wherever they stand: in a part of their own or, as some servers
 * write them, amid the text. A field that comes again begins the next recipient; blank lines do
 * not, for servers set them amid the fields of one.
 */
export function readDeliveryStatus(lines: readonly string[]): DeliveryStatus {
  const groups: Map<string, string>[] = [];
  let group = new Map<string, string>();
  let envelopeId: string | undefined;
  let last: string | undefined;
  for (const line of lines) {
    if (last !== undefined && /^[ \t]+\S/.test(line)) {
      group.set(last, `${group.get(last) ?? ''} ${line.trim()}`);
      continue;
    }
    const [, name = '', value = ''] = FIELD.exec(line) ?? [];
    last = undefined;
    const field = name.toLowerCase();
    if (!KNOWN.has(field)) continue;
    if (field === 'original-envelope-id') {
      envelopeId ??= value.trim().slice(0, 100);
      continue;
    }
    if (group.has(field)) {
      groups.push(group);
      if (groups.length === MOST_RECIPIENTS) break;
      group = new Map();
    }
    group.set(field, value.trim());
    last = field;
  }
  if (groups.length < MOST_RECIPIENTS) groups.push(group);
  return {
    recipients: groups.filter(tellsSomething).map(toGroup),
    ...(envelopeId === undefined || envelopeId === '' ? {} : { envelopeId }),
  };
}

/** Whether a line is a field of a delivery status, and so neither prose nor the header of a mail. */
export function isStatusField(line: string): boolean {
  const name = FIELD.exec(line)?.[1]?.toLowerCase() ?? '';
  return KNOWN.has(name) || OTHERS.has(name);
}

/** A lone "Status: open" in a text is no report. */
function tellsSomething(fields: ReadonlyMap<string, string>): boolean {
  const action = fields.get('action');
  const recipient = fields.has('final-recipient') || fields.has('original-recipient');
  const status = statusOf(fields.get('status') ?? '') !== undefined;
  return action === undefined ? recipient && status : recipient || status || fields.size > 1;
}

function toGroup(fields: ReadonlyMap<string, string>): StatusGroup {
  const address =
    addressOf(fields.get('original-recipient')) ??
    addressOf(fields.get('final-recipient')) ??
    addressOf(fields.get('x-actual-recipient'));
  const action = /[a-z]+/.exec((fields.get('action') ?? '').toLowerCase())?.[0];
  const outcome = action === undefined ? undefined : (OUTCOMES.get(action) ?? 'failed');
  const status = statusOf(fields.get('status') ?? '');
  return {
    ...(address === undefined ? {} : { address }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(status === undefined ? {} : { status }),
    diagnostic: (fields.get('diagnostic-code') ?? '').replace(/^[\w-]{1,30}\s?;\s?/, ''),
  };
}

/** RFC 3464 §2.3.2: "rfc822; user@example.org", or "utf-8; …" (RFC 6533). */
function addressOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const address = field.replace(/^[\w-]{1,30}\s?;\s?/, '').replace(/^<|>$/g, '');
  return address.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(address) ? address : undefined;
}
