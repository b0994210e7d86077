import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { command } from '../../tools/check/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder that looks like an installed package. */
async function installed(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-build-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  for (const name of ['package.json', 'node_modules']) {
    await symlink(join(root, name), join(dir, name));
  }
  const out = join(dir, 'dist');
  const built = await command(root, process.execPath, ['tools/build.ts', '--out', out]);
  expect(built).toMatchObject({ code: 0, stdout: '' });
  return dir;
}

test('what is built starts, and finds its adapters', async () => {
  const dir = await installed();
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
