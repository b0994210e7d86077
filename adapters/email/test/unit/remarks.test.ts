import { expect, test } from 'vitest';
import { config } from '../../config.ts';
import { Remarks } from '../../remarks.ts';

/** What an operator hears of it. */
function heard(settings: object = {}) {
  const told: string[] = [];
  const say = (_: object, text: string): void => {
    told.push(text);
  };
  const remarks = new Remarks({
    config: config.parse({ listen: '127.0.0.1:0', smarthost: 'smtp://127.0.0.1', ...settings }),
    log: { debug: say, info: say, warn: say, error: say },
    health: (state, detail) => told.push(`${state}: ${detail}`),
    notifyAdmins: async (_, text) => {
      told.push(text);
    },
  });
  return { remarks, told };
}

test('how the smarthost is, is said when it changes', () => {
  const { remarks, told } = heard();
  remarks.unreachable('no answer: ECONNREFUSED');
  remarks.unreachable('no answer: ECONNREFUSED');
  remarks.taken(true);
  remarks.taken(true);
  remarks.trouble('it wants a login');
  remarks.stopped();
  expect(told).toEqual([
    'transient-disconnect: no answer: ECONNREFUSED',
    'connected: the smarthost takes mail',
    'bad-credentials: it wants a login',
    'The smarthost takes no mail from here: it wants a login. Mail waits until it does.',
    'closed: stopped',
  ]);
});

test('that it never reports is said once, where receipts depend on it', () => {
  const said = (settings?: object) => {
    const { remarks, told } = heard(settings);
    remarks.taken(false);
    remarks.taken(false);
    return told.filter((text) => text.includes('DSN'));
  };
  expect(said()).toHaveLength(1);
  expect(said({ receipt: 'handed' })).toEqual([]);
});

test('that threads could not be stored is said once, however many mails come meanwhile', () => {
  const { remarks, told } = heard();
  for (let mail = 0; mail < 100; mail++) remarks.notRemembered();
  expect(told).toHaveLength(1);
});
