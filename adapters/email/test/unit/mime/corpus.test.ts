import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Mail, readMail } from '../../../mime/mail.ts';

const CORPUS =
  process.env.POSTERN_CORPUS ?? join(import.meta.dirname, '../../../../../../shared/corpus');

interface Row {
  readonly id: string;
  readonly raw_path: string;
  readonly subject?: string | null;
  readonly from_?: {
    readonly List?: readonly { readonly name: string | null; readonly address: string | null }[];
  } | null;
  readonly text_bodies?: readonly { readonly text: string }[];
  readonly html_bodies?: readonly { readonly text: string }[];
  readonly attachments?: readonly { readonly filename: string | null }[];
}

function rows(file: string): readonly Row[] {
  const lines = readFileSync(join(CORPUS, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

const read = ({ raw_path }: Row) => readMail(readFileSync(join(CORPUS, raw_path)));
const words = (text: string) => text.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
const base = (name: string) => name.split('/').at(-1);

/** What a reader of real mail made of it, and whether we made the same: by the words that are there. */
const questions: Readonly<Record<string, (row: Row, mail: Mail) => boolean>> = {
  subject: (row, mail) => mail.subject === (row.subject ?? ''),
  from: (row, mail) => {
    const [expected] = row.from_?.List ?? [];
    const [from] = mail.from;
    if (expected === undefined) return from === undefined;
    return (
      (from?.name ?? '') === (expected.name ?? '') &&
      (from?.address ?? '') === (expected.address ?? '')
    );
  },
  text: (row, mail) => {
    const plain = row.text_bodies ?? [];
    const bodies = plain.length > 0 ? plain : (row.html_bodies ?? []);
    const expected = bodies.flatMap(({ text }) => words(text.replace(/<[^>]*>|&\w+;/g, ' ')));
    const seen = new Set(words(mail.body.text));
    return expected.length === 0
      ? seen.size === 0
      : expected.filter((word) => seen.has(word)).length >= 0.9 * expected.length;
  },
  files: (row, mail) => {
    const expected = row.attachments ?? [];
    const names = new Set(mail.attachments.map(({ name }) => name));
    return (
      expected.length === mail.attachments.length &&
      expected.every(({ filename }) => filename === null || names.has(base(filename) ?? ''))
    );
  },
};

describe('mail of the corpus', () => {
  beforeEach(({ skip }) => {
    if (existsSync(CORPUS)) return;
    process.stdout.write(`There is no corpus at ${CORPUS}: nothing is compared.\n`);
    skip();
  });

  test('is read as another reader reads it', async () => {
    const asked = { right: 0, all: 0 };
    const wrong: string[] = [];
    for (const row of rows('mime.jsonl')) {
      const mail = await read(row);
      for (const [name, agrees] of Object.entries(questions)) {
        asked.all += 1;
        if (agrees(row, mail)) asked.right += 1;
        else wrong.push(`${row.id} ${name}`);
      }
    }
    const share = asked.right / asked.all;
    process.stdout.write(`mime: ${asked.right} of ${asked.all} agree; not: ${wrong.join(', ')}\n`);
    expect(share).toBeGreaterThanOrEqual(0.85);
  });

  test('is read whole, however odd it is', async () => {
    const damaged: string[] = [];
    const all = [...rows('ordinary.jsonl'), ...rows('mime.jsonl'), ...rows('bounces.jsonl')];
    for (const row of all) {
      const mail = await read(row);
      if (mail.damaged !== undefined) damaged.push(`${row.id}: ${mail.damaged}`);
    }
    process.stdout.write(`${all.length} odd mails, damaged: ${damaged.join(', ') || 'none'}\n`);
    expect(damaged.length).toBeLessThan(8);
  });
});
