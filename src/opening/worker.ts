/** The inside of a worker thread: one adapter's opener, and the words of `messages.ts`. */

import { parentPort, workerData } from 'node:worker_threads';
import type { Opener } from '../contract/index.ts';
import { type Answer, type Opening, type Question, READY, type WorkerData } from './messages.ts';

const { module, config } = workerData as WorkerData;
const { default: opener } = (await import(module)) as { default: Opener };
if (typeof opener !== 'function') throw new TypeError('the default export is no opener');

parentPort?.on('message', ({ number, kept }: Question) => {
  void answerTo(number, () => opener(kept, config));
});

parentPort?.postMessage(READY);

async function answerTo(number: number, open: () => Promise<unknown>): Promise<void> {
  const opening = await openingOf(open);
  try {
    parentPort?.postMessage({ number, opening } satisfies Answer);
  } catch {
    const why = 'what the opener gave can not be cloned';
    parentPort?.postMessage({ number, opening: { is: 'failed', why } } satisfies Answer);
  }
}

async function openingOf(open: () => Promise<unknown>): Promise<Opening> {
  try {
    return { is: 'opened', opened: await open() };
  } catch (error) {
    return failureOf(error);
  }
}

/** No message of the error: it may repeat what it read. An adapter may bring a contract of its own, so its name counts. */
function failureOf(error: unknown): Opening {
  if (!(error instanceof Error)) return { is: 'failed', why: 'the opener met an error' };
  const verdict: unknown = Reflect.get(error, 'verdict');
  if (error.name === 'DeliveryError' && isLater(verdict)) {
    return { is: 'later', afterMs: verdict.afterMs ?? 60_000 };
  }
  return { is: 'failed', why: `the opener met an error (${error.name})` };
}

function isLater(verdict: unknown): verdict is { readonly afterMs?: number } {
  return (
    typeof verdict === 'object' && verdict !== null && Reflect.get(verdict, 'kind') === 'later'
  );
}
