/** What commands about messages see of Postern: the same in a chat and on a command line. */

import type { Addressing, TransportId } from '../contract/index.ts';
import type { History, StoryReader } from '../history/history.ts';
import type { Channel } from '../lanes/lane.ts';
import type { LaneStore } from '../lanes/lane-store.ts';
import type { Reports } from '../outbound/reports.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { Listings } from './listings.ts';

export interface DeskTransport {
  readonly id: TransportId;
  readonly domain: string;
  readonly addressing: Addressing<unknown>;
  readonly reports: Reports;
  /** How long a message of a user is tried. */
  readonly deadlineMs: number;
}

/** What stories alone can tell. */
export interface StoryDesk {
  readonly transports: readonly DeskTransport[];
  readonly stories: StoryReader;
  /** Left out where nobody looks into the lanes. */
  readonly lanes?: Pick<LaneStore, 'look' | 'read' | 'pauseOf'>;
}

export interface Desk extends StoryDesk {
  readonly lanes: Pick<
    LaneStore,
    | 'survey'
    | 'heads'
    | 'messagesOf'
    | 'look'
    | 'dead'
    | 'read'
    | 'hurry'
    | 'hurryAll'
    | 'withdraw'
    | 'revive'
    | 'discard'
    | 'hold'
    | 'resume'
    | 'holds'
    | 'pauseOf'
  >;
  readonly note: History['note'];
  /** Something in this partition may be served now. */
  readonly wake: (channel: Channel, partition: number) => void;
  /** Some process serves the transport at this moment. */
  readonly isServed: (transport: TransportId) => Promise<boolean>;
  readonly listings: Listings;
  readonly now: () => number;
}

/** Who asks. What is a user's own is open to him; to the operator and his administrators all is. */
export type Asker =
  | {
      readonly is: 'operator';
      readonly name: string;
      /** There he is shown numbers for messages: on a command line nobody would remember them. */
      readonly inChat: boolean;
    }
  | {
      readonly is: 'user';
      readonly jid: BareJid;
      readonly transport: TransportId;
      /** Of his account: a form of an address may depend on them. */
      readonly settings: unknown;
    };

/** What is asked. */
export interface Request {
  /** What follows the command's word. */
  readonly words: readonly string[];
  /** The text of a message, too: for the operator alone, on his own screen. */
  readonly body?: boolean;
  /** How many at most, where there may be many. */
  readonly most?: number;
  /** What comes behind this message. */
  readonly after?: string;
}

export interface Answer {
  /** For a person. */
  readonly text: string;
  /** For a program: the same, as JSON. */
  readonly data: object;
  /** False: what was asked for is not so, or did not come about. */
  readonly done: boolean;
}

/**
 * One command about messages: a word in the chat, and on a command line. Whoever shows it in another way
 * needs no more than this: its form says what to ask for, and the answer is one text.
 */
export interface MessageCommand<D extends StoryDesk = Desk> {
  /** Lower case. */
  readonly word: string;
  /** What follows the word, in capitals. */
  readonly form: string;
  /** One line. */
  readonly summary: string;
  readonly forAdmins?: true;
  /** What to ask before it is done; undefined where it can be undone. */
  danger?(request: Request): string | undefined;
  /** @throws RefusedError with what is wrong, in words */
  run(desk: D, asker: Asker, request: Request): Promise<Answer>;
}
