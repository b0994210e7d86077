import { expect, it } from 'vitest';
import { config } from '../../config.ts';
import { Remarks } from '../../remarks.ts';

function remarks() {
  const logged: unknown[] = [];
  const notices: string[] = [];
  const note = (fields: object, message: string): void => void logged.push([message, fields]);
  const tested = new Remarks({
    config: config.parse({ servers: { libera: { host: 'irc.libera.chat' } } }),
    log: { debug: note, info: note, warn: note, error: note },
    health: (state, detail) => void logged.push([state, detail]),
    notifyAdmins: async (_reason, text) => void notices.push(text),
  });
  return { logged, notices, remarks: tested };
}

it('says where a server is that can not be reached, and why', () => {
  const { logged, remarks: tested } = remarks();
  tested.disconnected('irc:juliet' as never, 'libera', 'unreachable', 'ECONNREFUSED');
  expect(logged).toEqual([
    ['transient-disconnect', 'libera: unreachable at irc.libera.chat:6697 (ECONNREFUSED)'],
  ]);
});

it('keeps to itself what a server says', () => {
  const { logged, remarks: tested } = remarks();
  tested.disconnected('irc:juliet' as never, 'libera', 'killed', 'juliet is a bore');
  expect(logged).toEqual([['transient-disconnect', 'libera: killed']]);
});

it('calls a certificate that is wrong no ban', () => {
  const { logged, notices, remarks: tested } = remarks();
  tested.shut('libera', 'untrusted', 'CERT_HAS_EXPIRED', 60_000);
  expect(notices).toEqual([
    'libera can not be trusted: CERT_HAS_EXPIRED. Nobody connects to it for 1 min.',
  ]);
  expect(logged).toEqual([
    [
      'the server can not be trusted: nobody connects to it for a while',
      {
        ...{ server: 'libera', minutes: 1 },
        why: 'libera: untrusted at irc.libera.chat:6697 (CERT_HAS_EXPIRED)',
      },
    ],
  ]);
});
