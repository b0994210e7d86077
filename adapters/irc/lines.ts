/** What a user wrote, as the lines that go to IRC. Pure: the same in every attempt. */

import type { OutboundMessage, OutboundRoomMessage } from 'postern/adapter';
import { placeOf } from './address.ts';
import type { IrcConfig } from './config.ts';
import { ircText, styledText } from './text/formatting.ts';
import { splitText } from './text/split.ts';

/**
 * Of a line's 512 bytes, without its CR LF, what is left beside `:nick!user@host ` (as long as most
 * networks let it be), `PRIVMSG`, the target and what makes an ACTION. What a connection could take
 * may change from one to the next, and with it the parts that were sent already.
 */
const LINE_BYTES = 512 - 2 - 110 - 'PRIVMSG  :\x01ACTION \x01'.length;

export interface Lines {
  readonly kind: 'message' | 'action';
  readonly parts: readonly string[];
  /** False where there are more than may be. */
  readonly isWhole: boolean;
}

export function linesOf(
  { peer, text }: OutboundMessage | OutboundRoomMessage,
  { styling, maxLines }: Pick<IrcConfig, 'styling' | 'maxLines'>,
): Lines {
  const { isAction, text: coded } = ircText(text, styling);
  const bytes = LINE_BYTES - Buffer.byteLength(placeOf(peer).name);
  const { parts, isWhole } = splitText(coded, { bytes, parts: maxLines });
  return { kind: isAction ? 'action' : 'message', parts, isWhole };
}

/** The parts as XMPP shows them; undefined where that is the text as it was written. */
export function saidBy({ kind, parts }: Lines, written: string): readonly string[] | undefined {
  const lead = kind === 'action' ? '/me ' : '';
  const said = parts.map((part) => `${lead}${styledText(part)}`);
  return said.length === 1 && said[0] === written ? undefined : said;
}
