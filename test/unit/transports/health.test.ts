import { beforeEach, expect, it } from 'vitest';
import type { AccountId } from '../../../src/contract/index.ts';
import { Health } from '../../../src/transports/health.ts';

let health: Health;

beforeEach(() => {
  health = new Health();
});

it('a stand-by says so, and is not ready', () => {
  expect(health.words).toBe('standing by');
  expect(health.ready).toBe(false);
});

it('a server that is away makes it not ready, a network does not', () => {
  health.standby(false);
  health.xmpp(false, 'Nothing listens there.');
  expect([health.ready, health.words]).toEqual([false, 'Nothing listens there.']);
  health.xmpp(true, 'connected');
  health.network('bad-credentials', 'the token is refused');
  expect([health.ready, health.words]).toEqual([
    true,
    'up; network bad-credentials: the token is refused',
  ]);
});

it('accounts that are not connected are counted until they are, or are closed', () => {
  const [one, two] = ['paper:one', 'paper:two'] as AccountId[];
  health.standby(false);
  health.xmpp(true, 'connected');
  health.network('connected', '');
  health.network('bad-credentials', '', one);
  health.network('connecting', '', two);
  expect(health.words).toBe('up; 2 accounts not connected');
  health.network('connected', '', one);
  health.network('closed', '', two);
  expect(health.words).toBe('up');
});
