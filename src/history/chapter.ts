import type { MessageId, TransportId } from '../contract/index.ts';
import { STEP_KINDS, type Step, type StepKind } from './history.ts';

/** A detail is for one line on a screen. */
const MAX_DETAIL = 300;

const NUMBERS = Object.fromEntries(STEP_KINDS.map((kind, index) => [kind, index])) as Record<
  StepKind,
  number
>;

/** One step as it lies in the file: `<ms> <kind> <detail>` and a line feed. */
export function writeLine(step: Step): string {
  const detail = step.detail === undefined ? '' : ` ${oneLine(step.detail)}`;
  return `${step.at} ${NUMBERS[step.what]}${detail}\n`;
}

/** The steps that a text of such lines holds. Kinds of a newer version, and lines cut by a bound, are passed over. */
export function readLines(message: MessageId, transport: TransportId, text: string): Step[] {
  return text.split('\n').flatMap((line) => {
    const [, at, kind, detail] = /^(\d+) (\d+)(?: (.*))?$/.exec(line) ?? [];
    const what = STEP_KINDS[Number(kind)];
    if (at === undefined || what === undefined) return [];
    const step = { message, transport, at: Number(at), what };
    return [detail === undefined ? step : { ...step, detail }];
  });
}

function oneLine(detail: string): string {
  return detail
    .slice(0, MAX_DETAIL)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .toWellFormed();
}
