import assert from 'node:assert/strict';
import type { Attempt, NetworkMessageId, Verdict } from '../index.ts';
import { DeliveryError } from '../index.ts';
import { checkRefusal } from './check.ts';

/** A first attempt with an hour left, on which nothing is recorded. */
export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    signal: new AbortController().signal,
    deadlineAt: Date.now() + 60 * 60_000,
    sentParts: new Map<number, NetworkMessageId>(),
    leave: () => {},
    partSent: async () => {},
    ...changes,
  };
}

/** The verdict of a hand-over that must fail. */
export async function verdictOf(handing: Promise<unknown>, when: string): Promise<Verdict> {
  const error = await failureOf(handing, when);
  assert.ok(error instanceof DeliveryError, `${when}: threw ${String(error)}, not a DeliveryError`);
  const { verdict } = error;
  if (verdict.kind === 'never') checkRefusal(verdict.refusal, when);
  return verdict;
}

/** What it threw. */
export async function failureOf(running: Promise<unknown>, when: string): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    return error;
  }
  return assert.fail(`${when}: it did not fail`);
}
