import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command } from '../../tools/check/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tests that need no server, and that fail where a condition before a crash point takes what follows it. */
const REACH_CRASH_POINTS = ['test/unit/rooms/host.test.ts', 'test/unit/xmpp/stream/window.test.ts'];

/** A folder that looks like an installed package. */
async function installed(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-build-'));
  for (const name of ['package.json', 'node_modules']) {
    await symlink(join(root, name), join(dir, name));
  }
  const out = join(dir, 'dist');
  const built = await command(root, process.execPath, ['tools/build.ts', '--out', out]);
  expect(built).toMatchObject({ code: 0, stdout: '' });
  return dir;
}

let dir: string;

beforeAll(async () => {
  dir = await installed();
});

afterAll(() => rm(dir, { recursive: true }));

test('what is built starts, and finds its adapters', async () => {
  const version = await command(dir, join(dir, 'dist/src/cli/main.js'), ['version']);
  expect(version).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });

  const loader = pathToFileURL(join(dir, 'dist/src/transports/load-adapter.js'));
  const program = `const { loadAdapter } = await import('${loader}');
    process.stdout.write((await loadAdapter('sms', '.')).title);`;
  const run = await command(dir, process.execPath, ['--input-type=module', '-e', program]);
  expect(run).toEqual({ code: 0, stdout: 'SMS', stderr: '' });

  // What lets tests kill it is not there.
  const left = await command(dir, 'grep', ['-rilE', 'crash-?point|POSTERN_CRASH', 'dist']);
  expect(left).toEqual({ code: 1, stdout: '', stderr: '' });
});

test('what is built does what the sources do, where crash points were left out of it', async () => {
  const dist = join(dir, 'dist/src');
  const alias = [
    { find: /^(?:\.\.\/)+src\/(.*)\.ts$/, replacement: `${dist}/$1.js` },
    { find: /^postern\/adapter$/, replacement: `${dist}/contract/index.js` },
  ].map(({ find, replacement }) => `{ find: ${find}, replacement: '${replacement}' }`);
  const config = join(dir, 'vitest.config.mjs');
  await writeFile(config, `export default { root: '${root}', resolve: { alias: [${alias}] } };`);
  const run = ['run', '--config', config, '--maxWorkers', '1', ...REACH_CRASH_POINTS];
  const ran = await command(root, 'vitest', run);
  expect(ran).toMatchObject({ code: 0 });
});
