/** All that a connection tells its owner. Every name in it is a possible name; texts are as they came. */

import type { Source } from './message.ts';

export type WireEvent =
  /** The server knows us. `nick` may be another one than was asked for. */
  | { readonly is: 'registered'; readonly nick: string; readonly account?: string }
  | Said
  /** A question of CTCP that is no ACTION. Nothing is answered by itself. */
  | { readonly is: 'ctcp'; readonly from: Source; readonly tag: string; readonly text: string }
  /** A word of the server itself. */
  | { readonly is: 'announced'; readonly target: string; readonly text: string }
  | ({ readonly is: 'joined'; readonly channel: string; readonly account?: string } & Done)
  | ({ readonly is: 'parted'; readonly channel: string; readonly reason: string } & Done)
  | {
      readonly is: 'kicked';
      readonly channel: string;
      readonly nick: string;
      /** Whether it is us. */
      readonly own: boolean;
      readonly by?: Source;
      readonly reason: string;
    }
  | ({ readonly is: 'quit'; readonly reason: string } & Done)
  /** Two servers lost each other, and all of these with it. `words`: the two servers. */
  | { readonly is: 'split'; readonly gone: readonly Source[]; readonly words: string }
  | ({ readonly is: 'nick'; readonly to: string } & Done)
  | {
      readonly is: 'mode';
      readonly target: string;
      /** Undefined for a server, and for the answer to a question. */
      readonly by?: Source;
      /** It answers what modes there are (324): none of them is new. */
      readonly isAnswer?: true;
      readonly changes: readonly ModeChange[];
    }
  | { readonly is: 'topic'; readonly channel: string; readonly text: string; readonly by?: Source }
  /** Follows the topic that is told at a join. `at`: milliseconds since the epoch. */
  | {
      readonly is: 'topic-set';
      readonly channel: string;
      readonly by: string;
      readonly at?: number;
    }
  | {
      readonly is: 'names';
      readonly channel: string;
      readonly members: readonly Member[];
      /** False where there are more than can be kept. */
      readonly complete: boolean;
    }
  /** `text` undefined: is back. */
  | { readonly is: 'away'; readonly nick: string; readonly text?: string }
  | { readonly is: 'account'; readonly nick: string; readonly account?: string }
  /** Somebody's address, or a new one. */
  | {
      readonly is: 'person';
      readonly who: Source;
      readonly account?: string;
      readonly away?: boolean;
    }
  | { readonly is: 'invited'; readonly by: Source; readonly nick: string; readonly channel: string }
  /** The server refuses something that was not a text of `sendText`. */
  | ServerError
  /** Any other numeric. Its parameters after our nick. */
  | { readonly is: 'reply'; readonly code: number; readonly params: readonly string[] }
  /** The answer to a PING of the owner's. */
  | { readonly is: 'pong'; readonly token: string }
  /** The last one. */
  | { readonly is: 'closed'; readonly why: Ending; readonly words: string };

/** Who did it, and whether that is us. */
interface Done {
  readonly from: Source;
  readonly own: boolean;
}

export interface Said extends Done {
  readonly is: 'message' | 'notice' | 'action';
  /** A channel, or our own nick; for what another client of ours wrote, whom it wrote to. */
  readonly target: string;
  /** `@` where only those with that sign in the channel were meant. */
  readonly group?: string;
  readonly text: string;
  /** IRCv3 msgid */
  readonly id?: string;
  /** IRCv3 server-time, where it is believable. Milliseconds since the epoch. */
  readonly at?: number;
  /** IRCv3 account-tag */
  readonly account?: string;
}

export interface Member {
  readonly nick: string;
  /** Letters of his ranks, the highest first. */
  readonly modes: string;
  readonly user?: string;
  readonly host?: string;
}

export interface ModeChange {
  readonly set: boolean;
  readonly mode: string;
  readonly param?: string;
}

export interface ServerError {
  readonly is: 'error';
  /** 400 and more. 0 where the server has words for it only (IRCv3 standard replies). */
  readonly code: number;
  /** What it is about: a channel, a nick, a command. */
  readonly target?: string;
  /** For 470: the channel into which one is put instead. */
  readonly instead?: string;
  readonly words: string;
}

/**
 * Why there is no connection any more.
 *
 * - `unreachable`, `lost`, `silent`, `full`: come back, a little later each time.
 * - `banned`, `too-fast`: come back much later, and nobody else to this server before.
 * - `untrusted`, `password`, `login`, `insecure`, `nick`: not before somebody changed something.
 * - `killed`, `flood`: an operator or the server threw us out.
 * - `misbehaved`: what the server sends is no IRC.
 * - `quit`: as we wished.
 */
export type Ending =
  | 'unreachable'
  | 'lost'
  | 'silent'
  | 'full'
  | 'banned'
  | 'too-fast'
  | 'untrusted'
  | 'password'
  | 'login'
  | 'insecure'
  | 'nick'
  | 'killed'
  | 'flood'
  | 'misbehaved'
  | 'quit';
