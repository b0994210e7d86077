import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The condition under which `postern/adapter` is this checkout's source, as in `npm start`. No `import`:
// it would reach Node too, where `require` would get ES modules of the packages that have both.
const resolve = { conditions: ['source', 'node'] };
const ssr = { resolve };

// Postern and the stand-ins are started hundreds of times, and read as TypeScript each time.
const env = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/node', import.meta.url)),
};

const project = (name: string, include: string[], timeoutMs: number) => ({
  resolve,
  ssr,
  test: {
    name,
    include,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    env,
  },
});

export default defineConfig({
  test: {
    // Most tests wait, for a server or a clock: one for each processor would leave it idle.
    maxWorkers: Math.min(2 * availableParallelism(), 16),
    projects: [
      // No server of any kind: pure code, and sockets of the test itself.
      project('unit', ['test/unit/**/*.test.ts', 'adapters/*/test/unit/**/*.test.ts'], 30_000),
      // One suite, every implementation: adapters, lanes.
      project('conformance', ['test/conformance/**/*.test.ts'], 60_000),
      // A room against the real server it speaks to.
      project(
        'integration',
        ['test/integration/**/*.test.ts', 'adapters/*/test/integration/**/*.test.ts'],
        120_000,
      ),
      // Each edge, from outside and to it, by inputs that nobody thought of.
      project('fuzz', ['test/fuzz/**/*.test.ts', 'adapters/*/test/fuzz/**/*.test.ts'], 300_000),
      // The whole gateway, one file a sentence.
      project('scenarios', ['test/scenarios/**/*.test.ts'], 180_000),
      // Things are killed.
      project('faults', ['test/faults/**/*.test.ts'], 600_000),
    ],
  },
});
