import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { SettingsError } from '../../../src/settings/problem.ts';
import { Desk, small } from './paper.ts';

const CANARY = 'canary-5Up3r';

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
});
afterAll(() => desk.remove());

/** Everything that is said about a configuration, or thrown for it. */
async function said(text: string, environment: Readonly<Record<string, string>>): Promise<string> {
  try {
    const { warnings } = await desk.load(text, environment);
    return warnings.join('\n');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [error.message, error.stack, JSON.stringify(error)].join('\n');
  }
}

/** What people write for a secret: bare, quoted, in the wrong type, with characters that YAML minds. */
const written = fc
  .tuple(
    fc.constantFrom(
      '',
      '*',
      '!',
      '&',
      '%',
      '@',
      '`',
      '|',
      '> ',
      'pass,',
      '- ',
      '"',
      "'",
      '[',
      '{',
      '# ',
      '\\',
    ),
    fc.constantFrom(
      '',
      ': x',
      ' #',
      '"',
      "'",
      ']',
      '}',
      ' }}',
      '\\q',
      ': {',
      '\t',
      '\n  x',
      '\n x: 1',
    ),
    fc.constantFrom('bare', 'double', 'single', 'list', 'block', 'number'),
  )
  .map(([before, after, form]) => {
    const text = `${before}${CANARY}${after}`;
    switch (form) {
      case 'double':
        return `"${text}"`;
      case 'single':
        return `'${text}'`;
      case 'list':
        return `[${text}]`;
      case 'block':
        return `{ file: "${CANARY}", env: ${text} }`;
      default:
        return text;
    }
  });

/** A configuration that is wrong in some other way too. */
const around = fc.constantFrom(
  '',
  'durability: alwys',
  'redis: :',
  'transports: 5',
  'xmpp: []',
  'admins: x',
);

test('a secret in the place of a secret is never shown', async () => {
  await fc.assert(
    fc.asyncProperty(written, written, around, async (xmpp, whistle, extra) => {
      const text = small(extra, `{ carrier: pigeon, loft: { birds: 0 }, whistle: ${whistle} }`);
      const shown = await said(text.replace('{ env: XMPP }', xmpp), {});
      expect(shown).not.toContain(CANARY);
    }),
    { numRuns: 300 },
  );
});

test('nor one from a variable, whatever its schema makes of it', async () => {
  const secret = fc.string({ unit: 'grapheme', minLength: 4, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(secret, fc.boolean(), async (text, known) => {
      const value = `${CANARY}${text}`;
      const config = known ? '{ carrier: pigeon, whistle: { env: W } }' : '{ whistle: { env: W } }';
      const extra = '    dailyLimit: 0\n    xmpp: { secret: { env: W }, sercet: { env: W } }';
      const shown = await said(small(extra, config), { W: value, XMPP: value });
      expect(shown).toContain('dailyLimit');
      expect(shown).not.toContain(CANARY);
    }),
    { numRuns: 100 },
  );
});

test('a refusal that quotes a secret is masked', async () => {
  const config = stringify(
    { carrier: 'pigeon', whistle: 'Box 0 belongs' },
    { collectionStyle: 'flow' },
  );
  const text = small('    accounts: { a@example.org: { box: "0" } }', config.trim());
  expect(await said(text, { XMPP: 'xmpp-canary-1' })).toContain(
    'a@example.org: •••• to the post office.',
  );
});
