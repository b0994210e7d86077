import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import { readableHtml, readablePlain } from '../../../trim/readable.ts';

const ROOT = resolve(import.meta.dirname, '../../../../..');
const CORPUS = process.env.POSTERN_CORPUS ?? resolve(ROOT, '../shared/corpus');

/** Where a set expects less than a reader wants. They count as missed all the same. */
const BY_DESIGN: Readonly<Record<string, string>> = {
  'crisp/test_reads_bottom_post': 'expects the greeting alone, without the answers below',
  'talon-std/iphone.eml': 'expects "Sent from my iPhone"',
  'talon-std/sparrow.eml': 'expects the signature',
  'ert/forwarded_apple': 'expects a forward without what it forwards',
  'ert/forwarded_gmail': 'expects a forward without what it forwards',
  'ert/spam_1': 'expects nothing of a mail that is all quotes',
};

interface Row {
  readonly id: string;
  readonly raw_path: string;
  readonly kind: string;
  readonly expected_text: string;
  readonly compare: string;
}

test('reads real replies as well as the best', { timeout: 60_000 }, async (context) => {
  if (!existsSync(CORPUS)) {
    process.stdout.write(`reply trimming: no real mail at ${CORPUS}, set POSTERN_CORPUS\n`);
    context.skip('no real mail is here');
  }
  let right = 0;
  let all = 0;
  const report: string[] = [];
  for (const set of ['crisp', 'talon', 'discourse']) {
    const rows = rowsOf(set);
    const missed: string[] = [];
    for (const row of rows) {
      const fresh = await freshOf(row);
      if (comparable(fresh, row.compare) !== comparable(row.expected_text, row.compare)) {
        missed.push(row.id);
      }
    }
    right += rows.length - missed.length;
    all += rows.length;
    report.push(`${set}: ${rows.length - missed.length} of ${rows.length}`);
    report.push(...missed.map((id) => `  ${id}: ${BY_DESIGN[id] ?? 'wrong'}`));
  }
  process.stdout.write(`reply trimming\n${report.join('\n')}\nall: ${right} of ${all}\n`);
  expect(right / all).toBeGreaterThanOrEqual(0.9);
});

function rowsOf(set: string): readonly Row[] {
  const text = readFileSync(join(CORPUS, `reply-trim-${set}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line): Row => JSON.parse(line));
}

async function freshOf(row: Row): Promise<string> {
  const raw = readFileSync(join(CORPUS, row.raw_path));
  if (row.kind.startsWith('text/html')) return readableHtml(raw.toString()).fresh;
  if (row.kind.startsWith('text/plain')) return readablePlain(raw.toString()).fresh;
  return readablePlain(await plainPart(raw)).fresh;
}

function plainPart(mail: Buffer): Promise<string> {
  return new Promise((done, failed) => {
    simpleParser(mail, (error, { text }) => (error ? failed(error) : done(text ?? '')));
  });
}

function comparable(text: string, how: string): string {
  if (how.startsWith('remove all whitespace')) return text.replace(/\s/g, '');
  return how.includes('whitespace-insensitive') ? text.trim().replace(/\s+/g, ' ') : text.trim();
}
