const PIECES = [
  ...['', ' ', '  ', '\t', '\n', '\r\n', '\0', '\u0007', '\u007f', '\u0085', '\u00a0', '\u2028'],
  ...['+', '-', '.', '/', '@', '%', '#', '&', "'", '"', '\\', '<', '>', ':', ';', ',', '!', '*'],
  ...['0', '00', '1', '12', '123', '5550123', '12025550123', '99999999999999999999'],
  ...['a', 'Z', 'bob', 'example.org', 'tel:', '%2b', '%00', '\\40', 'xn--', '__proto__'],
  ...['é', 'e\u0301', 'ß', 'İ', 'ſ', 'K', '漢', 'שלום', '١٢٣', '１２３', '²'],
  ...['\u200b', '\u202a', '\u202e', '\u2066', '\ufeff', '\ufe0f', '\ufffd', '\ufffe', '\ud800'],
  ...['😀', '👩‍👩‍👧', '🇨🇭', 'a'.repeat(1_024), '1'.repeat(2_000)],
];

/** Texts that users, clients and attackers write; the same ones for the same seed. */
export function* strangeTexts(seed: number, count: number): Generator<string> {
  yield* PIECES;
  const next = numbers(seed);
  for (let made = 0; made < count; made += 1) {
    const length = 1 + (next() % 5);
    yield Array.from({ length }, () => PIECES[next() % PIECES.length]).join('');
  }
}

/** What a network hands over that has been cut, mixed up or made up; the same for the same seed. */
export function* strangeBytes(
  seed: number,
  count: number,
  sample: Uint8Array,
): Generator<Uint8Array> {
  yield* [Buffer.alloc(0), Buffer.alloc(1_024), Buffer.alloc(1_024, 0xff), Buffer.alloc(9, '\n')];
  const next = numbers(seed);
  const within = () => next() % (sample.length + 1);
  const texts = strangeTexts(seed, count);
  for (let made = 4; made < count; made += 1) {
    const at = within();
    const start = sample.subarray(0, at);
    const text = Buffer.from(String(texts.next().value ?? ''), made % 2 === 0 ? 'utf8' : 'latin1');
    const noise = Buffer.from(Array.from({ length: 1 + (next() % 64) }, () => next() & 0xff));
    const inserted = made % 3 === 0 ? noise : text;
    const rest = [sample.subarray(at), sample.subarray(within()), sample, Buffer.alloc(0)];
    yield Buffer.concat([start, inserted, rest[next() % rest.length] ?? start]);
  }
}

/** xorshift32 (Marsaglia 2003): small, and the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
