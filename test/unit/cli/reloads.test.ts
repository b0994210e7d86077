import { expect, it } from 'vitest';
import { Reloads } from '../../../src/cli/reloads.ts';
import type { Reloaded } from '../../../src/main/holders.ts';
import { openLog } from '../../../src/telemetry/log.ts';

const SECRET = 'horatio-of-the-redis';

/** What the operator is told of a reading that fails so. */
async function told(error: Error): Promise<Reloaded> {
  const { promise, resolve } = Promise.withResolvers<Reloaded>();
  const reloads = new Reloads(() => Promise.reject(error));
  const gateway = {
    ready: true,
    httpPort: undefined,
    reload: () => Promise.reject(error),
    noteReload: async (_: number, outcome: Reloaded) => resolve(outcome),
    stop: async () => undefined,
  };
  const log = openLog({
    level: 'error',
    secrets: [SECRET],
    destination: { write: () => undefined },
  });
  reloads.started(gateway, log, [SECRET]);
  reloads.ask();
  return await promise;
}

it('a reload while Redis is away is told in words of the operator', async () => {
  const error = new Error('Reached the max retries per request limit (which is 0).');
  error.name = 'MaxRetriesPerRequestError';
  const { problems } = await told(error);
  expect(problems).toEqual([expect.stringContaining('Redis can not be used (nobody answers)')]);
});

it('what a reload fails with is told without a secret', async () => {
  const { problems } = await told(new Error(`WRONGPASS for ${SECRET}`));
  expect(problems).toEqual(['WRONGPASS for ••••']);
});
