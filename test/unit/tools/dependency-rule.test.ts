import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dependencyViolations, type Violation } from '../../../tools/check/dependency-rule.ts';
import { type SmallCheckout, smallCheckout } from './small-checkout.ts';

interface Plant {
  /** The file that gets the import, its text, and where the import leads. */
  readonly from: string;
  readonly text: string;
  readonly to: string | RegExp;
}

const value = (from: string, specifier: string, to: string | RegExp): Plant => ({
  from,
  text: `import '${specifier}';\n`,
  to,
});

/** One forbidden import a rule. Every rule of the configuration must be here. */
const PLANTS: Readonly<Record<string, Plant>> = {
  'contract-imports-nothing-of-ours': {
    from: 'src/contract/a.ts',
    text: "import type { X } from '../policy/x.ts';\n\nexport type A = X;\n",
    to: 'src/policy/x.ts',
  },
  'adapter-sees-the-contract-only': value(
    'adapters/b/index.ts',
    '../paper/index.ts',
    'adapters/paper/index.ts',
  ),
  'adapter-names-the-contract': value(
    'adapters/c/index.ts',
    '../../src/contract/index.ts',
    'src/contract/index.ts',
  ),
  'nobody-imports-an-adapter': value(
    'src/transports/d.ts',
    '../../adapters/paper/index.ts',
    'adapters/paper/index.ts',
  ),
  'xmpp-owns-the-stream-libraries': value(
    'src/outbound/e.ts',
    '@xmpp/component',
    /@xmpp\/component/,
  ),
  'lanes-own-the-queue-library': value('src/store/f.ts', 'bullmq', /bullmq/),
  'store-owns-the-redis-library': value('src/lanes/g.ts', 'ioredis', /ioredis/),
  'history-owns-sql': value('src/accounts/h.ts', 'node:sqlite', 'node:sqlite'),
  'http-owns-the-web-library': value('src/transports/i.ts', 'fastify', /fastify/),
  'opening-owns-worker-threads': value('src/inbound/w.ts', 'node:worker_threads', 'worker_threads'),
  'telemetry-owns-the-log-library': value('src/http/j.ts', 'pino', /pino/),
  'edges-share-types-only': value('src/lanes/k.ts', '../store/x.ts', 'src/store/x.ts'),
  'edges-know-no-decisions': value('src/xmpp/l.ts', '../policy/x.ts', 'src/policy/x.ts'),
  'rooms-take-edges-as-types': value('src/commands/m.ts', '../xmpp/x.ts', 'src/xmpp/x.ts'),
  'outbound-and-inbound-are-strangers': {
    from: 'src/inbound/n.ts',
    text: "import type { X } from '../outbound/x.ts';\n\nexport type N = X;\n",
    to: 'src/outbound/x.ts',
  },
  'only-main-and-cli-see-everything': value('src/settings/o.ts', '../main.ts', 'src/main.ts'),
  'product-never-imports-tests': value(
    'src/http/p.ts',
    '../../test/support/x.ts',
    'test/support/x.ts',
  ),
  'product-needs-no-development-package': value('src/settings/q.ts', 'fast-check', /fast-check/),
  'demo-speaks-sockets-only': value('demo/r.ts', '../src/policy/x.ts', 'src/policy/x.ts'),
  'no-cycles': {
    from: 'src/media/s.ts',
    text: "import type { T } from './t.ts';\n\nexport type S = T;\n",
    to: 'src/media/t.ts',
  },
  'everything-resolves': value('src/media/u.ts', './gone.ts', './gone.ts'),
};

/** What the planted imports lead to, and imports that must stay allowed. */
const INNOCENT: Readonly<Record<string, string>> = {
  'src/policy/x.ts': 'export type X = 1;\n',
  'src/outbound/x.ts': 'export type X = 1;\n',
  'src/store/x.ts': 'export type X = 1;\n',
  'src/xmpp/x.ts': 'export type X = 1;\n',
  'src/xmpp/jid.ts': 'export const jid = 1;\n',
  'test/support/x.ts': 'export const x = 1;\n',
  'src/media/t.ts': "import type { S } from './s.ts';\n\nexport type T = S | 1;\n",
  'src/lanes/types-of-an-edge.ts':
    "import type { X } from '../store/x.ts';\n\nexport type Y = X;\n",
  'src/lanes/the-queue.ts': "import 'bullmq';\n",
  'src/accounts/vocabulary.ts':
    "import '../xmpp/jid.ts';\nimport type { X } from '../xmpp/x.ts';\n\nexport type Z = X;\n",
  'adapters/paper/own.ts':
    "import 'zod';\nimport 'postern/adapter/testing';\nimport './index.ts';\n",
};

let checkout: SmallCheckout;
let violations: Violation[];

beforeAll(async () => {
  checkout = smallCheckout();
  checkout.plant(INNOCENT);
  for (const { from, text } of Object.values(PLANTS)) checkout.plant({ [from]: text });
  // What is a product dependency and what is not comes from the real manifest.
  cpSync(
    fileURLToPath(new URL('../../../package.json', import.meta.url)),
    join(checkout.root, 'package.json'),
  );
  violations = await dependencyViolations(checkout.root);
});

afterAll(() => checkout.remove());

describe('the dependency rule', () => {
  it.each(Object.entries(PLANTS))('finds a planted violation of %s', (rule, { from, to }) => {
    const found = violations.filter(
      (violation) => violation.rule === rule && violation.from === from,
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.to).toMatch(to);
    expect(found[0]?.reason).not.toBe('');
  });

  it('finds nothing in what is allowed', () => {
    const guilty = new Set(Object.values(PLANTS).map(({ from }) => from));
    guilty.add('src/media/t.ts'); // the other half of the planted cycle
    const accused = violations.map(({ from }) => from).filter((from) => !guilty.has(from));
    expect(accused).toEqual([]);
  });

  it('has a planted violation for each of its parts', async () => {
    const url = new URL('../../../.dependency-cruiser.mjs', import.meta.url).href;
    const { default: configuration } = await import(url);
    const names = configuration.forbidden.map(({ name }: { name: string }) => name);
    expect(Object.keys(PLANTS).sort()).toEqual(names.sort());
  });
});

describe('a parser that sees nothing', () => {
  it('is noticed', async () => {
    const blind = smallCheckout();
    blind.plant({
      '.dependency-cruiser.mjs': "export default { options: { exclude: { path: '^src/cli' } } };\n",
    });
    const found = await dependencyViolations(blind.root);
    blind.remove();
    expect(found).toContainEqual(
      expect.objectContaining({ rule: 'every-file-is-examined', from: 'src/cli/main.ts' }),
    );
  });
});
