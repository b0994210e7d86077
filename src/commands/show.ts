import { refused } from '../contract/index.ts';
import { readChannel } from '../lanes/lane.ts';
import type { Standing } from '../lanes/queue.ts';
import { readInbound, readKept, readOutbound, UnreadableError } from '../lanes/stored.ts';
import type { Answer, Asker, Desk, Request } from './desk.ts';
import { messageInCustody } from './find.ts';
import { tellStory } from './story.ts';
import { counted, onLine, onScreen, time } from './wording.ts';

const MOST_SHOWN = 64 * 1024;

/**
 * One message that is in custody: how it stands, and its story.
 * @throws RefusedError
 */
export async function show(desk: Desk, asker: Asker, request: Request): Promise<Answer> {
  const [word] = request.words;
  if (word === undefined) throw refused('bad-request', 'modify', 'Say which message to show.');
  const standing = await messageInCustody(desk, asker, word);
  const story = await tellStory(desk, asker, standing.id, standing);
  const { attempts, crashes, deadlineAt, parts, state } = standing;
  const lines = [
    story.text,
    `  ${counted(attempts, 'attempt')}${crashes === 0 ? '' : `, ${counted(crashes, 'crash', 'crashes')} meanwhile`}`,
    ...(state === 'waiting' ? [`  given up at ${time(deadlineAt)}`] : []),
    ...parts.map(
      ({ part, networkId, state: of }) => `  part ${part + 1}: ${onLine(networkId)}, ${of}`,
    ),
  ];
  // Whoever runs the command has the file in which it lies; a chat has many readers.
  const body = request.body === true && asker.is === 'operator' && !asker.inChat;
  const text = body ? await textOf(desk, standing) : undefined;
  return {
    text: [...lines, ...(text === undefined ? [] : ['', text])].join('\n'),
    data: {
      ...story.data,
      ...{ state, attempts, crashes, onHold: standing.onHold, parts },
      deadline: new Date(deadlineAt).toISOString(),
      ...(text === undefined ? {} : { body: text }),
    },
    done: true,
  };
}

async function textOf(desk: Desk, { id, lane }: Standing): Promise<string> {
  const entry = await desk.lanes.read(id);
  try {
    const whole = bodyOf(readChannel(lane.channel).direction, entry?.event ?? '');
    const shown = onScreen(whole.slice(0, MOST_SHOWN));
    return whole.length > MOST_SHOWN ? `${shown}\n[and more]` : shown;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return `[what is stored can not be read: ${error.message}]`;
  }
}

function bodyOf(direction: ReturnType<typeof readChannel>['direction'], event: string): string {
  switch (direction) {
    case 'outbound':
      return readOutbound(event).text;
    case 'inbound': {
      const stored = readInbound(event);
      return stored.kind === 'text' ? stored.text : `[the ${stored.kind} for ${stored.about}]`;
    }
    case 'kept':
    case 'kept-large':
      return readKept(event).raw.toString('utf8');
  }
}
