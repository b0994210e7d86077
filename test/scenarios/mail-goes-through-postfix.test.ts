/** As adapters/email/README.md says: a Postfix before the gateway and behind it, by the very lines there. */

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, refusalIn, type XmppClient } from '../support/clients/client.ts';
import {
  contactOf,
  JULIETS_ADDRESS,
  MAIL,
  type MailHouse,
  startMailHouse,
  textOf,
} from '../support/mail-house.ts';
import { type PostfixPeer, startPostfix } from '../support/peers/postfix.ts';
import { swaks } from '../support/peers/swaks.ts';
import { freePorts } from '../support/peers/xmpp-server.ts';

const BOB = 'bob@far.example';
/** Not of the networks that Postfix relays for. */
const A_STRANGER = ['--local-interface', '127.0.0.9'];

describe.skipIf(process.getuid?.() !== 0)('mail goes through Postfix', () => {
  let house: MailHouse;
  let juliet: XmppClient;
  let postfix: PostfixPeer;

  beforeAll(async () => {
    const [port = 0, lmtp = 0] = await freePorts(2);
    house = await startMailHouse({
      mail: {
        config: {
          listen: `127.0.0.1:${lmtp}`,
          protocol: 'lmtp',
          verify: 'upstream:mx.localhost',
          smarthost: `smtp://127.0.0.1:${port}`,
        },
      },
    });
    postfix = await startPostfix(
      port,
      `${await linesOfReadme(lmtp)}
mynetworks = 127.0.0.1/32
relayhost = [127.0.0.1]:${house.mailbox.port}`,
    );
    juliet = await house.client();
  });

  afterAll(async () => {
    await postfix?.stop();
    await house?.stop();
  });

  const write = (to: string, text: string, id: string) =>
    juliet.send(contactOf(to), text, { id, receipt: true });

  const mailFrom = (to: string | readonly string[], text: string) =>
    swaks({
      port: postfix.port,
      from: BOB,
      to,
      args: A_STRANGER,
      // As the filter of this server would have written it.
      mail: `Authentication-Results: mx.localhost; dmarc=pass header.from=far.example
From: ${BOB}
To: ${JULIETS_ADDRESS}
Message-ID: <${text.replaceAll(' ', '.')}@far.example>

${text}
`,
    });

  it('in both directions, for many at once', async () => {
    write(BOB, 'how art thou', 'first');
    const { from, to } = await house.mailWith('how art thou');
    expect(from).toMatch(/^b=/);
    expect(to).toEqual([BOB]);
    const { code, transcript } = await mailFrom(
      [JULIETS_ADDRESS, `postmaster@${MAIL}`],
      'well, and thou',
    );
    expect(code, transcript).toBe(0);
    const answer = await juliet.waitFor((stanza) => bodyOf(stanza)?.includes('and thou') === true);
    expect(answer.attrs.from).toBe(contactOf(BOB));
  });

  it('a mail to nobody is refused while its sender is there, and a relay is refused', async () => {
    const { transcript } = await mailFrom(`nobody@${MAIL}`, 'is anybody there');
    expect(transcript).toMatch(/<\*\* 550 5\.1\.1 .*nobody has this address here/);
    const elsewhere = await mailFrom('paris@elsewhere.example', 'carry this on');
    expect(elsewhere.transcript).toMatch(/<\*\* [45]54 [45]\.7\.1 .*Relay access denied/);
  });

  it('what the next server refuses is a bounce of Postfix, and an error on the very message', async () => {
    house.mailbox.next('rcpt', '550 5.1.1 no such user');
    write(BOB, 'never to arrive', 'refused');
    const error = await juliet.waitFor(({ attrs }) => attrs.id === 'refused');
    expect(refusalIn(error)).toEqual({
      condition: 'item-not-found',
      type: 'cancel',
      text: `Not delivered to ${BOB}: this mailbox does not exist (550 5.1.1).`,
    });
  });

  it('Postfix says that it has handed on, and that is no receipt', async () => {
    write(BOB, 'a last word', 'last');
    expect(textOf(await house.mailWith('a last word'))).toBe('a last word');
    expect(juliet.rest.filter(({ name }) => name === 'message')).toEqual([]);
  });
});

async function linesOfReadme(lmtp: number): Promise<string> {
  const readme = await readFile(new URL('../../adapters/email/README.md', import.meta.url), 'utf8');
  const [, lines] = /```\n# main\.cf\n(.*?)```/s.exec(readme) ?? [];
  if (lines === undefined) throw new Error('the README has no lines for Postfix');
  return lines.replaceAll('mail.example.org', MAIL).replaceAll('2525', String(lmtp));
}
