import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { editorSchema } from '../../../src/settings/editor-schema.ts';
import { loadSettings } from '../../../src/settings/load.ts';
import { referencePage } from '../../../src/settings/reference.ts';
import { sampleConfiguration } from '../../../src/settings/sample.ts';
import { loadAdapter } from '../../../src/transports/load-adapter.ts';
import { Desk, paper } from './paper.ts';

const XMPP_SECRET = 'the secret of the component';

let desk: Desk;
beforeAll(() => {
  desk = new Desk();
  for (const name of ['xmpp', 'other']) desk.write(`secrets/${name}`, XMPP_SECRET);
});
afterAll(() => desk.remove());

describe('the example', () => {
  test('can be loaded as it is', async () => {
    desk.write('secrets/paper-whistle', 'a long whistle');
    const { transports, warnings } = await desk.load(sampleConfiguration([paper]));
    expect(warnings).toEqual([]);
    expect(transports).toMatchObject([
      {
        id: 'paper',
        domain: 'paper.example.org',
        accounts: new Map([['juliet@example.org', { box: '12' }]]),
      },
    ]);
  });

  test('can be loaded with everything that it offers', async () => {
    const text = sampleConfiguration([paper]).replace(/^(\s*)#(?=[a-zA-Z]+:)/gm, '$1');
    const { transports, http } = await desk.load(text);
    expect(http).toBeDefined();
    expect(transports).toMatchObject([
      { deadlineMs: 4 * 3_600_000, access: ['juliet@example.org'] },
    ]);
  });

  test('shows every setting', () => {
    const text = sampleConfiguration([paper]);
    const keys = Object.keys(propertiesOf(editorSchema([paper])));
    expect(keys.length).toBeGreaterThan(8);
    for (const key of keys) expect(text).toMatch(new RegExp(`^#?${key}:`, 'm'));
  });

  test('of this project can be loaded', async () => {
    const file = fileURLToPath(new URL('../../../config/postern.example.yaml', import.meta.url));
    const text = readFileSync(file, 'utf8');
    for (const [, secret = ''] of text.matchAll(/^[^#]*\{ file: (\S+) \}/gm)) {
      desk.write(secret, XMPP_SECRET);
    }
    desk.write('postern.yaml', text);
    const { transports, warnings } = await loadSettings(desk.file, {
      environment: {},
      loadAdapter,
    });
    expect(transports.map(({ id }) => id)).toContain('sms');
    expect(warnings).toEqual([]);
  });
});

describe('the schema for editors', () => {
  test('knows the settings of an adapter where it is used', () => {
    const { transports } = propertiesOf(editorSchema([paper]));
    expect(transports).toMatchObject({
      items: {
        properties: { id: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/source' }] } },
        allOf: [
          {
            if: { properties: { use: { const: 'paper' } } },
            // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
            then: {
              properties: {
                config: { oneOf: [{ required: ['carrier', 'whistle'] }, {}] },
                accounts: { additionalProperties: { required: ['box'] } },
              },
            },
          },
        ],
      },
    });
  });
});

describe('the reference page', () => {
  test('has a row for every setting, those of adapters included', () => {
    const page = referencePage([paper]);
    expect(page).toContain('| `http.publicUrl` | text |');
    expect(page).toContain('### `config` with `carrier: pigeon`');
    expect(page).toContain('| `whistle` | secret | *required* | Calls the pigeons. |');
    expect(page).toContain('| `loft.birds` | whole number | `3` |');
    expect(page).toContain('| `box` | text | *required* | Box Example: `"12"` |');
  });

  test('has those of an entry whose name the writer chooses, as the example has', async () => {
    const irc = await loadAdapter('irc', desk.folder);
    expect(referencePage([irc])).toContain('| `servers.NAME.port` | whole number | `6697` |');
    expect(sampleConfiguration([irc])).toContain('          #port: 6697\n');
  });

  test('has examples of a transport that are really there', async () => {
    const page = referencePage([await loadAdapter('irc', desk.folder)]);
    expect(page).not.toContain('paper');
    expect(page).toContain('Example: `irc.example.org`');
  });
});

function propertiesOf(schema: object): Readonly<Record<string, unknown>> {
  if (!('properties' in schema)) throw new Error('this schema has no properties');
  return schema.properties as Readonly<Record<string, unknown>>;
}
