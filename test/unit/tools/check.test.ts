import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { command } from '../../../tools/check/command.ts';
import { type SmallCheckout, smallCheckout } from './small-checkout.ts';

const TYPED = 'export const TWELVE = 12;\n';
const USED = "import { TWELVE } from './faulty.ts';\n\nvoid TWELVE;\n";

let checkout: SmallCheckout;

beforeEach(() => {
  checkout = smallCheckout();
});

afterEach(() => checkout.remove());

/** `npm run check -- name…` in the small checkout. */
async function check(...names: string[]) {
  const { code, stdout, stderr } = await command(checkout.root, process.execPath, [
    fileURLToPath(new URL('tools/check.ts', `file://${checkout.root}/`)),
    ...names,
  ]);
  return { code, output: stdout + stderr };
}

it('a clean tree passes', async () => {
  const { code, output } = await check('types', 'style', 'dead-code', 'lines', 'dependencies');
  expect(output).not.toContain('FAIL');
  expect(code).toBe(0);
});

it.each([
  ['types', { 'src/faulty.ts': 'export const TWELVE: string = 12;\n', 'test/unit/a.test.ts': '' }],
  ['style', { 'src/faulty.ts': 'export const TWELVE = 12 ;\n' }],
  ['style', { 'src/faulty.ts': 'export const TWELVE: any = 12;\n' }],
  ['dead-code', { 'src/faulty.ts': TYPED }],
  ['dead-code', { 'src/faulty.ts': `${TYPED}export const DEAD = 1;\n`, 'src/main.ts': USED }],
  ['dependencies', { 'src/lanes/faulty.ts': "import 'ioredis';\n" }],
  ['lines', { 'src/faulty.ts': 'export const sms = 1;\n' }],
  ['lines', { 'src/utils/faulty.ts': TYPED }],
  ['lines', { 'src/faulty.ts': `// ${'TO'}DO: later\n` }],
])('%s fails where it should: %o', async (name, fault) => {
  checkout.plant(fault as Record<string, string>);
  const { code, output } = await check(name);
  expect(output).toContain(`FAIL ${name}`);
  expect(output).toContain('faulty');
  expect(code).toBe(1);
});
