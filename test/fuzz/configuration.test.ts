import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatProblems, SettingsError } from '../../src/settings/problem.ts';
import { Desk, small } from '../unit/settings/paper.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';

/** Each stands in the place of a secret and nowhere else. */
const SECRETS = { XMPP: 'canary-xmpp-8u3x', WHISTLE: 'canary-whistle-9v4y' };
const INLINE = 'canary-inline-7t2w';

const SAMPLES = [
  small(),
  small('admins: [ juliet@example.org ]\ndurability: relaxed\n'),
  small('redis: { url: redis://127.0.0.1:6379/1 }\nlog: { level: debug }\nstate: ./state\n'),
  small('http: { public: { listen: 127.0.0.1:8080, url: https://example.org/ } }\n'),
  small('', `{ carrier: pigeon, whistle: ${INLINE}, loft: { birds: 4 } }`),
  small('', '{ carrier: horse, stables: { a: { mile: 1 }, b: { mile: 2.5 } } }'),
  small('    accounts: { a@example.org: { box: "1" }, b@example.org: { box: "2" } }\n'),
  small(`    xmpp: { server: b.example.org, connect: "localhost:5347", secret: ${INLINE} }\n`),
  readFileSync(new URL('../../config/postern.example.yaml', import.meta.url), 'utf8'),
] as [string, ...string[]];

const VALUES = [
  ...['null', '~', 'true', '-1', '0', '1e400', '.nan', '.inf', '0x1f', '2026-11-24', '""', "''"],
  ...['[]', '{}', '[[[[]]]]', '{ a: { b: [ 1 ] } }', '{ file: /nonexistent }', '{ env: NOT_SET }'],
  ...['{ file: . }', '{ file: /dev/zero }', '{ __proto__: { polluted: 1 } }', '&a [*a, *a]', '*b'],
  ...['!!js/function "x"', '!!binary aGk=', '!x y', '|\n  text\n', '>-\n  text\n', '<<: *x', '? a'],
  ...['"\\ud800"', '"\\0"', '\u0085', '\u2028', '\ufeff', '"\\u202e"', 'paper', 'constructor'],
] as [string, ...string[]];

const VARIABLES = [
  ...[
    'POSTERN__XMPP__CONNECT',
    'POSTERN__REDIS__URL',
    'POSTERN__DURABILITY',
    'POSTERN__',
    'POSTERN',
  ],
  ...['POSTERN__TRANSPORTS__POST__DOMAIN', 'POSTERN__TRANSPORTS__POST__CONFIG__LOFT__BIRDS'],
  ...['POSTERN____PROTO____POLLUTED', 'POSTERN__TRANSPORTS__0__USE', 'POSTERN__ADMINS', 'HOME'],
] as [string, ...string[]];

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(() => desk.remove());

/** A value or a key of it is another one, or a line is doubled, gone or moved; or its bytes are damaged. */
function damaged(chance: Chance, sample: string): string {
  if (chance.once(4)) return chance.damage(Buffer.from(sample)).toString('latin1');
  const lines = sample.split('\n');
  for (let change = 0; change <= chance.below(3); change++) {
    const at = chance.below(lines.length);
    const line = lines[at] ?? '';
    switch (chance.below(6)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, line);
        break;
      case 2:
        lines[at] = `${' '.repeat(chance.below(6))}${line.trimStart()}`;
        break;
      case 3:
        lines[at] = line.replace(/[A-Za-z]+(?=:)/, () => chance.of(KEYS));
        break;
      default:
        lines[at] = line.replace(/(: )(?!.*canary)(?:[^\s,{}[\]]+|\{[^{}]*\})/, (_, colon) => {
          return `${colon}${chance.once(2) ? chance.of(VALUES) : JSON.stringify(chance.text(5))}`;
        });
    }
  }
  return lines.join('\n');
}

const KEYS = [
  ...['xmpp', 'transports', 'use', 'config', 'id', 'domain', 'redis', 'state', 'sercet', 'log'],
  ...['__proto__', 'constructor', 'toString', 'whistle', 'accounts', 'dailyLimit', '1', '-1'],
] as [string, ...string[]];

function checkFrozen(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > 8) return;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return;
  if (!Object.isFrozen(value)) throw new Error('Something in the settings is not frozen.');
  for (const inner of Object.values(value)) checkFrozen(inner, depth + 1);
}

test('whatever stands in the configuration is frozen settings, or problems without a secret', {
  timeout: LIMIT_MS,
}, async () => {
  let [good, bad] = [0, 0];
  // One is a file, a document, a schema and its problems: milliseconds of CPU.
  const inputs = Math.ceil(RUNS / 16);
  await fuzz('Configuration', inputs, async (chance) => {
    const text = damaged(chance, chance.of(SAMPLES));
    const environment: Record<string, string> = { ...SECRETS };
    if (chance.once(5))
      environment[chance.of(VARIABLES)] = chance.of([chance.of(VALUES), chance.text()]);
    try {
      const settings = await desk.load(text, environment);
      checkFrozen(settings);
      good++;
      const said = settings.warnings.join('\n');
      expect(said).not.toMatch(/canary/);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      bad++;
      expect(error.problems.length).toBeGreaterThan(0);
      const said = formatProblems(error);
      expect(said.split('\n')).toHaveLength(error.problems.length + 1);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
      expect(said).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]/);
      expect(said).not.toMatch(/canary/);
    }
    expect('polluted' in {}).toBe(false);
  });
  expect(good).toBeGreaterThan(inputs / 20);
  expect(bad).toBeGreaterThan(inputs / 2);
});
