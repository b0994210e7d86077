import type { MessageId } from '../contract/index.ts';
import type { Step, StepKind } from '../history/history.ts';
import type { Standing } from '../lanes/queue.ts';
import type { Asker, StoryDesk } from './desk.ts';
import { inWords, partiesOf } from './parties.ts';
import { pauseInWords, standingInWords } from './standing.ts';
import { exactTime, onLine } from './wording.ts';

const MOST_IN_CHAT = 30;
const FIRST_IN_CHAT = 5;

/** What each step means: for a user, for the operator, and for a program that shows it to either. */
const MEANINGS: Readonly<Record<StepKind, string>> = {
  accepted: 'taken from its sender, and stored',
  attempt: 'given to the network',
  handed: 'the other side has it',
  later: 'not sent, and tried again',
  unknown: 'what came of it is open: it may have been sent',
  reconciled: 'found out what became of it',
  delivered: 'delivered: the other side has confirmed it',
  failed: 'failed for good',
  expired: 'given up: its time was over',
  unconfirmed: 'no more news came in time: it was handed over, and that is all that is known',
  parked: 'put aside for the operator',
  told: 'its sender was told',
  resent: 'sent again',
  revived: 'tried once more, as somebody asked',
  discarded: 'taken out of the queue',
  opened: 'opened, and understood',
  hurried: 'to be tried at once, as somebody asked',
};

/** One message's story, and how it stands now where that is known. */
export interface Story {
  readonly text: string;
  readonly data: {
    readonly message: MessageId;
    readonly transport?: string;
    readonly direction?: string;
    readonly account?: string;
    readonly contact?: string;
    readonly steps: readonly object[];
    /** Left out for one that is not in custody any more, and where nobody looked. */
    readonly now?: string;
  };
}

/**
 * @param standing where it is in custody
 * @param asker in a chat he gets the ends of a long story
 */
export async function tellStory(
  desk: StoryDesk & { readonly now: () => number },
  asker: Asker,
  id: MessageId,
  standing?: Standing,
): Promise<Story> {
  const at = desk.now();
  const steps = desk.stories.story(id);
  const parties = await partiesOf(desk, id, standing);
  const transport = parties?.transport ?? steps[0]?.transport;
  const head = [id, transport, parties && inWords(parties)].filter((part) => part !== undefined);
  const now =
    standing &&
    `${standingInWords(standing, at)}.${standing.state === 'waiting' ? await pauseInWords(desk, standing.lane.channel, at) : ''}`;
  const inChat = asker.is === 'user' || asker.inChat;
  const lines = [head.join('  '), ...stepsInWords(steps, inChat ? MOST_IN_CHAT : steps.length)];
  if (steps.length === 0) lines.push('  no story of it is known');
  if (now !== undefined) lines.push(`  now: it ${now}`);
  return {
    text: lines.join('\n'),
    data: {
      message: id,
      ...(transport === undefined ? {} : { transport }),
      ...(parties === undefined ? {} : partiesAsData(parties)),
      steps: steps.map(({ at, what, detail }) => ({
        time: new Date(at).toISOString(),
        what,
        meaning: MEANINGS[what],
        ...(detail === undefined ? {} : { detail }),
      })),
      ...(now === undefined ? {} : { now }),
    },
  };
}

function partiesAsData({
  direction,
  account,
  contact,
}: Awaited<ReturnType<typeof partiesOf>> & {}) {
  return {
    direction,
    ...(account === undefined ? {} : { account }),
    ...(contact === undefined ? {} : { contact }),
  };
}

/** The last steps are what is asked for, and the first say where it came from. */
function stepsInWords(steps: readonly Step[], most: number): readonly string[] {
  const lines = steps.map(stepInWords);
  if (lines.length <= most) return lines;
  const left = `  … ${lines.length - most} steps are left out here …`;
  return [...lines.slice(0, FIRST_IN_CHAT), left, ...lines.slice(FIRST_IN_CHAT - most)];
}

function stepInWords({ at, what, detail }: Step): string {
  const rest = detail === undefined ? '' : ` (${onLine(detail)})`;
  return `  ${exactTime(at)}  ${MEANINGS[what]}${rest}`;
}
