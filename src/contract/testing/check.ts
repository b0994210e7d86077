import assert from 'node:assert/strict';
import type { Refusal, RefusedError } from '../index.ts';
import { RefusedError as Refused, STANZA_CONDITIONS } from '../index.ts';

/** One promise of the contract. */
export interface Check {
  /** "area: what holds" */
  readonly name: string;
  /** Rejects with what does not hold. */
  run(): Promise<void>;
}

/** What clients show beside a failed message. */
const MAX_REFUSAL_CHARACTERS = 120;

export function checkRefusal({ condition, type, text }: Refusal, what: string): void {
  assert.ok(STANZA_CONDITIONS.includes(condition), `${what}: "${condition}" is no condition`);
  assert.ok(['cancel', 'modify', 'wait'].includes(type), `${what}: "${type}" is no error type`);
  assert.ok(text.trim() !== '', `${what}: a refusal without words`);
  assert.ok(text.length <= MAX_REFUSAL_CHARACTERS, `${what}: ${text.length} characters: ${text}`);
}

/** Runs something that may refuse, and may do nothing worse. Returns undefined when it refused. */
export function orRefused<T>(what: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    assert.ok(isRefused(error), `${what} threw ${String(error)} instead of a RefusedError`);
    checkRefusal(error.refusal, what);
    return undefined;
  }
}

function isRefused(error: unknown): error is RefusedError {
  return error instanceof Refused;
}

/** Lets everything happen that is ready to happen. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
