import type { Assessment, OutboundMessage, OutboundRoomMessage } from 'postern/adapter';
import { refused } from 'postern/adapter';
import type { IrcConfig } from './config.ts';
import { linesOf } from './lines.ts';

/**
 * How many lines it is.
 * @throws RefusedError for a text without anything to see, or with more lines than may be
 */
export function assess(
  event: OutboundMessage | OutboundRoomMessage,
  config: Pick<IrcConfig, 'styling' | 'maxLines'>,
): Assessment {
  const { parts, isWhole } = linesOf(event, config);
  if (!isWhole) {
    const text = `Longer than ${config.maxLines} lines of IRC: not sent. Put it somewhere and send the link.`;
    throw refused('policy-violation', 'modify', text);
  }
  if (parts.every((part) => part.trim() === '')) {
    throw refused('bad-request', 'modify', 'There is nothing to see in this text: not sent.');
  }
  return { units: parts.length };
}
