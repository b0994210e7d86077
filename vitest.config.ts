import { defineConfig } from 'vitest/config';

// The condition under which `postern/adapter` is this checkout's source, as in `npm start`. No `import`:
// it would reach Node too, where `require` would get ES modules of the packages that have both.
const resolve = { conditions: ['source', 'node'] };
const ssr = { resolve };

const project = (name: string, include: string[], timeoutMs: number, together = true) => ({
  resolve,
  ssr,
  test: {
    name,
    include,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism: together,
  },
});

export default defineConfig({
  test: {
    projects: [
      // No server of any kind: pure code, and sockets of the test itself.
      project('unit', ['test/unit/**/*.test.ts', 'adapters/*/test/unit/**/*.test.ts'], 15_000),
      // One suite, every implementation: adapters, lanes.
      project('conformance', ['test/conformance/**/*.test.ts'], 60_000),
      // A room against the real server it speaks to.
      project(
        'integration',
        ['test/integration/**/*.test.ts', 'adapters/*/test/integration/**/*.test.ts'],
        120_000,
      ),
      // The whole gateway, one file a sentence.
      project('scenarios', ['test/scenarios/**/*.test.ts'], 180_000, false),
      // Things are killed.
      project('faults', ['test/faults/**/*.test.ts'], 600_000, false),
    ],
  },
});
