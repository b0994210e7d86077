import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Bounce, readBounce } from '../../../bounce/bounce.ts';
import { readMail } from '../../../mime/mail.ts';

const CORPUS =
  process.env.POSTERN_CORPUS ?? join(import.meta.dirname, '../../../../../../shared/corpus');
const present = existsSync(join(CORPUS, 'bounces.jsonl'));
if (!present) process.stdout.write(`bounces: no corpus at ${CORPUS}, not scored\n`);

interface Row {
  readonly id: string;
  readonly raw_path: string;
  readonly expected?: readonly { readonly status: string; readonly reason: string }[];
}

function rows(file: string): readonly Row[] {
  const lines = readFileSync(join(CORPUS, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

async function read({ raw_path }: Row): Promise<Bounce | undefined> {
  const { headers, body, parts } = await readMail(readFileSync(join(CORPUS, raw_path)));
  return readBounce({ headers, text: body.text, parts });
}

const NO_FAILURE = new Set(['feedback', 'vacation', 'delivered']);
const fails = (row: Row) => row.expected?.some(({ reason }) => !NO_FAILURE.has(reason)) ?? false;
/** Made up by the reader that was asked, for reports which have no status. */
const isMadeUp = (status: string) => /\.0\.9\d\d$/.test(status);

describe.runIf(present)('the bounces of the corpus', () => {
  test('are understood', async () => {
    const score = { recipients: 0, class: 0, stated: 0, exact: 0, bounces: 0, found: 0 };
    const wrong: string[] = [];
    for (const row of rows('bounces.jsonl').filter(fails)) {
      const bounce = await read(row);
      score.bounces += 1;
      if (bounce?.original?.messageId !== undefined) score.found += 1;
      for (const [at, { status }] of (row.expected ?? []).entries()) {
        const ours = bounce?.recipients[at]?.status;
        score.recipients += 1;
        if (ours?.[0] === status[0]) score.class += 1;
        else wrong.push(`${row.id} ${status} read as ${ours}`);
        if (isMadeUp(status)) continue;
        score.stated += 1;
        if (ours === status) score.exact += 1;
      }
    }
    process.stdout.write(
      `bounces: class of ${score.class} of ${score.recipients} recipients, ` +
        `status of ${score.exact} of ${score.stated}, ` +
        `Message-ID of ${score.found} of ${score.bounces}; not: ${wrong.join(', ')}\n`,
    );
    expect(score.class / score.recipients).toBeGreaterThanOrEqual(0.92);
  });

  test('are told from other mail', async () => {
    const others = [
      ...rows('bounces.jsonl').filter((row) => !fails(row)),
      ...rows('ordinary.jsonl'),
    ];
    const mistaken: string[] = [];
    for (const row of others) {
      const outcomes = (await read(row))?.recipients.map(({ outcome }) => outcome) ?? [];
      if (outcomes.includes('failed') || outcomes.includes('delayed')) mistaken.push(row.id);
    }
    process.stdout.write(
      `bounces: ${mistaken.length} of ${others.length} other mails mistaken ${mistaken.join(', ')}\n`,
    );
    expect(mistaken.length).toBeLessThanOrEqual(1);
  });
});
