/**
 * Inputs by the hundred thousand. The same seed gives the same inputs; each has chance of its own, so
 * that a found one can be had again alone: `FUZZ_SEED=… FUZZ_FIRST=… FUZZ_RUNS=1`.
 */

import { Dice } from '../support/faults/dice.ts';

const SEED = numberOf('FUZZ_SEED', 20_261_124);
/** Inputs of an edge, counted as that edge counts. */
export const RUNS = numberOf('FUZZ_RUNS', 100_000);
const FIRST = numberOf('FUZZ_FIRST', 0);

/** A million inputs are to be possible too. */
export const LIMIT_MS = 60_000 + RUNS * 20;

export class Chance extends Dice {
  /** True once in so many. */
  once(inSoMany: number): boolean {
    return this.below(inSoMany) === 0;
  }

  of<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  some<T>(atMost: number, make: () => T): T[] {
    return Array.from({ length: this.below(atMost + 1) }, make);
  }

  /** All of Unicode, and what is none: controls, halves of characters, what has a meaning somewhere. */
  text(atMost = 12): string {
    return this.some(atMost, () => this.#character()).join('');
  }

  /** Bytes changed, lost, doubled and put in at a few places. */
  damage(bytes: Buffer): Buffer {
    let damaged = bytes;
    for (let change = 0; change <= this.below(4); change++) {
      const at = this.below(damaged.length + 1);
      const upTo = at + this.below(24);
      const [before, after] = [damaged.subarray(0, at), damaged.subarray(at)];
      const parts = [
        [before, after.subarray(1)],
        [before, Buffer.of(this.below(256)), after],
        [before, Buffer.of(this.below(256)), after.subarray(1)],
        [before, damaged.subarray(at, upTo), after],
        [before, damaged.subarray(upTo)],
        [before, Buffer.from(this.text(3)), after],
      ] as const;
      damaged = Buffer.concat(parts[this.below(parts.length)] ?? []);
    }
    return damaged;
  }

  /** All of it, in pieces of a few bytes to all bytes. */
  *cut(bytes: Buffer): Generator<Buffer> {
    const most = this.of([1, 7, 64, 1_500, 70_000]);
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + this.below(most);
      yield bytes.subarray(at, end);
      at = end;
    }
  }

  #character(): string {
    switch (this.below(8)) {
      case 0:
        return String.fromCharCode(this.below(0x20));
      case 1:
        return String.fromCharCode(this.below(0x1_0000));
      case 2:
        return String.fromCodePoint(this.below(0x11_0000));
      case 3:
        return this.of(STRANGE);
      default:
        return String.fromCharCode(0x20 + this.below(0x60));
    }
  }
}

const STRANGE = [
  ...['\r\n', '\n', '\r', '\0', '\u0001', '\u007f', '\u0085', '\u2028', '\u2029', '\u200b'],
  ...['\ud800', '\udc00', '\ufffe', '\uffff', '\ufdd0', '\u202e', '\u2066', '\ufeff', '\u0301'],
  ...['é', 'ß', 'İ', 'ſ', 'K', '漢', 'שלום', '😀', '👩‍👩‍👧', '\u{1f1e8}\u{1f1ed}', '\u{e0001}'],
  ...['&lt;', '&#0;', ']]>', '<!--', '<a/>', "'", '"', '\\40', '\\5c', '@', '/', '#', '%', ','],
  ...['__proto__', 'constructor', '\u001b[31m', 'x'.repeat(1_100)],
] as [string, ...string[]];

/**
 * Runs one input after the other, and names the one that fails.
 * @param inputs how many runs there are
 * @param each how many inputs one run is, for what is counted at the end
 */
export async function fuzz(
  edge: string,
  inputs: number,
  run: (chance: Chance, index: number) => void | Promise<void>,
  each = 1,
): Promise<void> {
  const before = process.cpuUsage();
  for (let index = FIRST; index < FIRST + inputs; index++) {
    try {
      await run(new Chance(Math.imul(SEED ^ index, 0x9e37_79b1)), index);
    } catch (cause) {
      const again = `FUZZ_SEED=${SEED} FUZZ_FIRST=${index} FUZZ_RUNS=${each}`;
      throw new Error(`${edge}: input ${index} breaks it. Again: ${again}. ${cause}`, { cause });
    }
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  const rate = Math.round((inputs * each) / seconds);
  process.stdout.write(
    `${edge}: ${inputs * each} inputs, seed ${SEED}, ${seconds.toFixed(1)} s of CPU, ${rate} a second\n`,
  );
}

function numberOf(variable: string, otherwise: number): number {
  const given = process.env[variable];
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${variable} is no number.`);
  return number;
}
