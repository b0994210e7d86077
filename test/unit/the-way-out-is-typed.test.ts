import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { WebhookResponse } from '../../src/contract/index.ts';
import type { Link } from '../../src/xmpp/stream/link.ts';
import type { Window } from '../../src/xmpp/stream/window.ts';
import type { Writer } from '../../src/xmpp/stream/writer.ts';
import { followedBy, type StanzaXml, serialise } from '../../src/xmpp/xml/serialise.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Which type a wire takes, and the one file that makes it: the table of CONTRIBUTING.md. */
const TABLE = /^\| [^|]+ \| `([A-Z]\w+)` \| `(\w+)` in `([^`]+)` \|$/gm;
const ENCODERS = Array.from(
  readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(TABLE),
  ([, type = '', encoder = '', file = '']) => ({ type, encoder, file }),
);

const SOURCES = ['src/**/*.ts', 'adapters/**/*.ts']
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .filter((file) => !/(^|\/)test\/|\.d\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

describe('what goes to a wire', () => {
  test('is of a type that is described', () => {
    expect(SOURCES.length).toBeGreaterThan(300);
    expect(ENCODERS.map(({ type }) => type)).toEqual([
      ...['StanzaXml', 'WireLine', 'MailAddress', 'ComposedMail', 'FormBody', 'Credentials'],
      'Refusal',
    ]);
  });

  test.each(ENCODERS)('as $type is made by $encoder alone', ({ type, encoder, file }) => {
    const made = new RegExp(String.raw`\bas (?:unknown as )?${type}\b|\bnew ${type}\(`);
    const makers = SOURCES.filter(({ text }) => made.test(text)).map((source) => source.file);
    expect(makers).toEqual([file]);
    const source = SOURCES.find((each) => each.file === file)?.text;
    expect(source).toMatch(new RegExp(String.raw`\b${encoder}\b.*\(`));
  });
});

test('a text is no stanza', () => {
  expectTypeOf<string>().not.toExtend<StanzaXml>();
  expectTypeOf(serialise).returns.toEqualTypeOf<StanzaXml>();
  expectTypeOf(followedBy).parameters.toEqualTypeOf<[StanzaXml, StanzaXml]>();
  expectTypeOf<Link['write']>().parameters.toEqualTypeOf<[StanzaXml]>();
  expectTypeOf<Writer['send']>().parameters.toEqualTypeOf<[StanzaXml]>();
  expectTypeOf<Window['add']>().parameter(0).toEqualTypeOf<StanzaXml>();
});

test('a text is no header of an answer to a webhook', () => {
  expectTypeOf<string>().not.toExtend<NonNullable<WebhookResponse['contentType']>>();
});
