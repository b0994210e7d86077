/** Mails that were damaged, the same ones for the same seed. */

export const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
export const RUNS = Number(process.env.FUZZ_RUNS ?? 100_000);

export type Below = (end: number) => number;

/** A whole number from 0 to below an end. Mulberry32. */
export function chance(seed: number): Below {
  let state = Math.imul(seed, 0x9e37_79b1);
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

/** Bytes changed, lost, doubled, moved, and put in of what has a meaning. */
export function damage(below: Below, bytes: Buffer): Buffer {
  let damaged = bytes;
  for (let change = 0; change <= below(6); change++) {
    const at = below(damaged.length + 1);
    const to = at + below(80);
    const [before, after] = [damaged.subarray(0, at), damaged.subarray(at)];
    const parts = [
      [before, after.subarray(1)],
      [before, Buffer.of(below(256)), after.subarray(1)],
      [before, damaged.subarray(at, to), after],
      [before, damaged.subarray(to)],
      [before, Buffer.from(PIECES[below(PIECES.length)] ?? ''), after],
      [before, damaged.subarray(0, below(200)), after],
    ];
    damaged = Buffer.concat(parts[below(parts.length)] ?? []);
  }
  return damaged;
}

const PIECES = [
  ...['\r\n', '\n', '\r', '\r\n\r\n', '\0', '\u001b[31m', '\u202e', '\u2028', '\ufeff', '\ufffe'],
  ...['=?utf-8?B?AAAA?=', '=?utf-8?Q?=0D=0ABcc:_x?=', '=?x?Z?y?=', '=?utf-8?B?', '=', '=0', '%00'],
  ...[
    'From: a@b.example, c@d.example\r\n',
    'From: <a@b.example>\r\n',
    '__proto__: x\r\n',
    'To: g: a, b;\r\n',
  ],
  ...[
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: message/rfc822\r\n',
    '\r\n--b\r\n',
  ],
  ...[
    'Content-Transfer-Encoding: base64\r\n',
    'Content-Transfer-Encoding: uuencode\r\n',
    '\r\n--b--\r\n',
  ],
  ...['charset=utf-7', 'charset=x"', "filename*=utf-8''..%2f..%2fetc", 'name="..\\..\\x"', '; ; ;'],
  ...[
    '<div style="display:none">',
    '<script>',
    '<a href="javascript:x">y</a>',
    '&#0;&#xd800;',
    '<!--',
  ],
  ...[
    '((((((',
    '"',
    '\\',
    ',',
    ';',
    ':',
    '<',
    '>',
    '@',
    'é',
    '\ud83d',
    'x'.repeat(1_200),
    '> '.repeat(90),
  ],
];
