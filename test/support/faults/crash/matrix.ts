/** Every crash point in every direction: where it is reached, or why it can not be. */

import { CRASH_POINTS, type CrashPoint } from '../../../../src/crash-point.ts';
import { DIRECTIONS, type DirectionName } from '../ledger.ts';

/** A process that dies at a point while messages go one way. */
export interface Cell {
  readonly direction: DirectionName;
  readonly point: CrashPoint;
  /** A channel, where the messages and what their senders are told of them both pass the point. */
  readonly where?: string;
}

type Reached = Omit<Cell, 'direction'>;

const ACCEPT = at('accept.before', 'accept.after');
const SPOOL = at('spool.before', 'spool.after');
const ARCHIVE = at('archive.before', 'archive.after', 'show.after');

const WAYS: Readonly<Record<DirectionName, readonly Reached[]>> = {
  'xmpp-sms': [
    ...outbound('sms'),
    ...at('bind.after', 'report.before', 'report.after', 'answer.before', 'answer.after'),
    ...presented('sms.i'),
  ],
  'xmpp-mail': [...outbound('mail'), ...SPOOL, ...presented('mail.i')],
  'xmpp-irc-room': [...outbound('irc'), ...ARCHIVE],
  'xmpp-irc': [...outbound('irc'), ...presented('irc.i')],
  'sms-xmpp': [...ACCEPT, ...at('answer.before', 'answer.after'), ...presented('sms.i')],
  'mail-xmpp': [
    ...at('keep.before', 'keep.after'),
    ...SPOOL,
    ...served('mail.k'),
    ...at('open.before', 'open.after'),
    ...ACCEPT,
    ...presented('mail.i'),
  ],
  'irc-room-xmpp': [...at('hear.before'), ...ARCHIVE],
  'irc-xmpp': [...ACCEPT, ...presented('irc.i')],
};

/** Why a point is in no other way than those above. */
const ELSEWHERE: Readonly<Record<CrashPoint, string>> = {
  ...both('accept', 'what others say in a room is noted and shown, it has no lane'),
  ...both('answer', 'no request waits for an answer of the core: SMTP is answered by its adapter'),
  'claim.after': 'what others say in a room has no lane',
  'send.before': 'what others say in a room has no lane',
  'send.left': 'towards XMPP this moment is barrier.before',
  'send.after': 'what others say in a room has no lane',
  'bind.after': 'its network tells nothing afterwards of what it took',
  ...both('settle', 'what others say in a room has no lane'),
  ...both('barrier', 'what is shown in a room is live: its archive is what is certain'),
  ...both('report', 'it is known at once what its network did, or nobody is told'),
  ...both('keep', 'what comes is understood at once'),
  ...both('open', 'what comes is understood at once'),
  ...both('spool', 'its network has no messages of that size'),
  'hear.before': 'nobody else is heard',
  ...both('archive', 'it is in no room'),
  'show.after': 'it is in no room',
};

export const CELLS: readonly Cell[] = DIRECTIONS.flatMap((direction) =>
  WAYS[direction].map((reached) => ({ direction, ...reached })),
);

/** The cells that are not there, one line a point. */
export function unreached(): readonly string[] {
  return CRASH_POINTS.flatMap((point) => {
    const isThere = (direction: DirectionName) =>
      CELLS.some((cell) => cell.point === point && cell.direction === direction);
    const not = DIRECTIONS.filter((direction) => !isThere(direction));
    return not.length === 0 ? [] : `${point} is not in ${not.join(', ')}: ${ELSEWHERE[point]}`;
  });
}

/** As `POSTERN_CRASH_AT` has it. */
export function nameOf({ point, where }: Reached): string {
  return where === undefined ? point : `${point}@${where}`;
}

/**
 * Nothing of the message has left the gateway by then: it may not arrive twice, whatever may be in
 * this direction else.
 */
export function nothingHasLeft(cell: Cell): boolean {
  return !isOnTheWayBack(cell) && BEFORE_IT_LEAVES.has(cell.point);
}

/** Of a cell in which the gateway dies with what the sender is told, not with his message. */
function isOnTheWayBack({ direction, where }: Cell): boolean {
  return direction.startsWith('xmpp-') && where?.endsWith('.i') === true;
}

/** Whether all whose messages have arrived must know it: news that find nobody may not come again. */
export function everySenderIsTold({ direction }: Cell): boolean {
  return direction !== 'xmpp-sms';
}

const BEFORE_IT_LEAVES: ReadonlySet<CrashPoint> = new Set<CrashPoint>([
  ...['accept.before', 'accept.after', 'claim.after', 'send.before'],
  ...['keep.before', 'keep.after', 'open.before', 'open.after', 'spool.before', 'spool.after'],
] as const);

function at(...points: readonly CrashPoint[]): readonly Reached[] {
  return points.map((point) => ({ point }));
}

/** In a lane. */
function served(channel: string): readonly Reached[] {
  return (['claim.after', 'settle.before', 'settle.after'] as const).map((point) => ({
    point,
    where: channel,
  }));
}

/** XMPP → network. */
function outbound(transport: string): readonly Reached[] {
  const where = `${transport}.o`;
  return [
    ...ACCEPT,
    ...served(where),
    { point: 'send.before', where },
    { point: 'send.left' },
    { point: 'send.after', where },
  ];
}

/** To the user's server: messages, and what he is told of his own. */
function presented(where: string): readonly Reached[] {
  return [
    ...served(where),
    { point: 'send.before', where },
    ...at('barrier.before', 'barrier.after'),
    { point: 'send.after', where },
  ];
}

function both<Name extends string>(name: Name, why: string) {
  return { [`${name}.before`]: why, [`${name}.after`]: why } as Readonly<
    Record<`${Name}.before` | `${Name}.after`, string>
  >;
}
