import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterDefinition, ToKeep } from 'postern/adapter';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIL_BOMBS } from '../support/mail-bombs.ts';
import { type Chance, fuzz, LIMIT_MS, RUNS } from './fuzz.ts';
import { keepMails, type MailsKept } from './mails-kept.ts';

/** Mails that are under way together. */
const BATCH = 50;

/** By a computed name: an adapter is loaded, never imported. */
const load = <T>(file: string): Promise<T> =>
  import(new URL(`../../adapters/email/${file}`, import.meta.url).pathname);

const [{ default: definition }, { SAMPLES }, { damage }] = await Promise.all([
  load<{ default: AdapterDefinition }>('index.ts'),
  load<{ SAMPLES: readonly Buffer[] }>('test/fuzz/samples.ts'),
  load<{ damage(below: (end: number) => number, bytes: Buffer): Buffer }>('test/fuzz/damage.ts'),
]);

/** Real ones, which are not ours to give away: they are added where they are. */
const CORPUS = process.env.POSTERN_CORPUS ?? join(import.meta.dirname, '../../../shared/corpus');
const REAL = existsSync(CORPUS) ? globSync(`${CORPUS}/raw/**/*.{eml,txt}`).toSorted() : [];
const MAILS = [...SAMPLES, ...REAL.map((file) => readFileSync(file))];

/** As much of each as is read in moments. */
const BOMBS = Object.values(MAIL_BOMBS).map((build) => Buffer.from(build().slice(0, 40_000)));

const PROOFS = [
  'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=p1; h=from:subject; bh=AAAA; b=AAAA\r\n',
  'DKIM-Signature: a=rsa-sha1; d=; s=__proto__; h=::; l=-1; x=1e400; t=9; bh==; b=;;\r\n',
  'DKIM-Signature: v=1; a=ed25519-sha256; d=c.example; s=\u{1f642}; h=from; bh=AAAA; b=AAAA\r\n',
  'ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=a.example; s=x; b=AAAA\r\nARC-Message-Signature: i=1; a=rsa-sha256; d=a.example; s=x; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i=1; a; spf=pass\r\n',
  'ARC-Seal: i=99\r\n',
  'Authentication-Results: gateway.example.org; dmarc=pass header.from=example.com\r\n',
  'Received: from [127.0.0.1] by x with __proto__; Tue, 99 Foo 2026 99:99:99 +9999\r\n',
] as [string, ...string[]];

const SENDERS = ['', 'a@example.com', 'a@b.example', `${'x'.repeat(64)}@sub.sub.c.example`];
const CLIENTS = ['192.0.2.1', '127.0.0.1', '2001:db8::1', '::ffff:192.0.2.9', ''];
const RECIPIENTS = ['juliet', 'juliet+tag', 'postmaster', 'nobody'];

let kept: MailsKept;
beforeAll(async () => {
  kept = await keepMails(definition);
});
afterAll(() => kept?.close());

function mailOf(chance: Chance): ToKeep {
  const below = (end: number) => chance.below(end);
  const of = <T>(list: readonly T[], otherwise: T): T => list[below(list.length)] ?? otherwise;
  const sample = of(chance.once(12) ? BOMBS : MAILS, Buffer.alloc(0));
  const proofs = Buffer.from(chance.some(2, () => chance.of(PROOFS)).join(''));
  const whole = Buffer.concat([proofs, sample]);
  const raw = chance.once(2) ? damage(below, whole) : chance.damage(whole);
  const envelope = JSON.stringify({
    ...{ v: 1, mailFrom: of(SENDERS, ''), remoteAddress: of(CLIENTS, ''), protocol: 'smtp' },
    recipients: [0, 1].map(() => `${of(RECIPIENTS, '')}@gateway.example.org`).slice(below(2)),
    ...{ helo: chance.once(3) ? chance.text(5) : 'mx.example.com', tls: false },
    ...{ receivedAt: 1_700_000_000_000, smtputf8: chance.once(2) },
  });
  return { raw, envelope };
}

test('whatever a mail is, its worker makes messages of it that the chat can have', {
  timeout: LIMIT_MS,
}, async () => {
  let shown = 0;
  const runs = Math.ceil(RUNS / 100 / BATCH);
  await fuzz(
    `Mails apart, ${REAL.length} of them real`,
    runs,
    async (chance) => {
      const stanzas = await kept.open(Array.from({ length: BATCH }, () => mailOf(chance)));
      shown += stanzas.length;
      // None of them ends its worker, or is too much for it.
      expect(kept.ends.parked).toEqual([]);
      expect(kept.errors).toEqual([]);
    },
    BATCH,
  );
  expect('x' in {} || 'polluted' in {}).toBe(false);
  expect(shown).toBeGreaterThan((runs * BATCH) / 2);
});
