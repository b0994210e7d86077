import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdapterError, loadAdapter } from '../../../src/transports/load-adapter.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-adapters-'));
  writeFileSync(join(folder, 'old.mjs'), 'export default { contract: 0 };\n');
  writeFileSync(join(folder, 'bare.mjs'), 'export default { contract: 1, name: "bare" };\n');
  writeFileSync(join(folder, 'none.mjs'), 'export const adapter = 1;\n');
  writeFileSync(join(folder, 'broken.mjs'), 'throw new Error("no paper left");\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('use:', () => {
  it.each([
    ['./gone.mjs', /There is no adapter at .*gone\.mjs/],
    ['./old.mjs', /made for contract 0; this Postern has 1/],
    ['./bare.mjs', /lacks title, gatewayType/],
    ['./none.mjs', /default export is not defineAdapter/],
    ['./broken.mjs', /can not be loaded: no paper left/],
    ['no-such-adapter', /neither one of Postern's own \(email, irc, sms\) nor an npm package/],
    ['mail', /did you mean email\?/],
    ['e-mail', /did you mean email\?/],
    ['IRC', /did you mean irc\?/],
  ])('%s is told apart', async (use, message) => {
    const loading = loadAdapter(use, folder);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toBeInstanceOf(AdapterError);
  });
});
