/** What one must know to read a line of the server. */

import { fold } from '../text/case.ts';
import type { Features } from './features.ts';
import { isChannel } from './line.ts';
import type { Source } from './message.ts';

export interface View {
  /** Our own. */
  readonly nick: string;
  readonly features: Features;
  /** Milliseconds since the epoch. */
  readonly now: number;
  has(capability: string): boolean;
}

export function isOwn(nick: string, { nick: own, features }: View): boolean {
  return fold(nick, features.caseMapping) === fold(own, features.caseMapping);
}

export function isChannelIn({ features }: View, name: string): boolean {
  return isChannel(name, features.channelTypes);
}

export function doneBy(
  source: Source,
  view: View,
): { readonly from: Source; readonly own: boolean } {
  return { from: source, own: isOwn(source.nick, view) };
}

export function accountOf(word: string | undefined): string | undefined {
  return word !== undefined && word !== '*' && /^[^\p{Cc} ]{1,128}$/u.test(word) ? word : undefined;
}

export function asAccount(account: string | undefined): { readonly account?: string } {
  return account === undefined ? {} : { account };
}
