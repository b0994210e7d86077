import { afterAll, beforeAll, expect, it } from 'vitest';
import { child, type Element, textOf } from '../../src/xmpp/xml/element.ts';
import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import {
  answerTo,
  contactOf,
  JULIETS_ADDRESS,
  type MailHouse,
  startMailHouse,
} from '../support/mail-house.ts';
import type { TakenMail } from '../support/peers/mailbox.ts';

const BOB = 'bob@thread.example';
const ANN = 'ann@thread.example';
const ROUNDS = [1, 2, 3, 4, 5];

let house: MailHouse;
let juliet: XmppClient;

beforeAll(async () => {
  house = await startMailHouse();
  juliet = await house.client(undefined, 'slixmpp');
  juliet.send(contactOf('somebody@thread.example'), 'so that I have an address');
  await house.mailbox.mail();
});

afterAll(() => house?.stop());

const heard = (text: string) => juliet.waitFor((stanza) => bodyOf(stanza)?.endsWith(text) === true);

function threadOf(stanza: Element): string {
  const thread = child(stanza, 'thread', 'jabber:client');
  return thread === undefined ? '' : textOf(thread);
}

const referencesOf = ({ content: { references = [] } }: TakenMail) => [references].flat();

it('ten messages that alternate are one thread on both sides, also over a restart in the middle', async () => {
  const { send } = house.mailer('thread.example');
  const first = { messageId: '<dinner@thread.example>', subject: 'Dinner on Friday' };
  await send({ ...first, from: BOB, to: JULIETS_ADDRESS, text: 'bob writes 1' });
  const ids = [first.messageId];
  const stanzas: Element[] = [];
  for (const round of ROUNDS) {
    stanzas.push(await heard(`bob writes ${round}`));
    if (round === 3) {
      expect(await house.gateway.program.end()).toBe(0);
      await house.gateway.restart();
      await house.gateway.ready();
    }
    juliet.send(contactOf(BOB), `juliet writes ${round}`);
    const mail = await house.mailWith(`juliet writes ${round}`);
    const { messageId = '', inReplyTo, subject } = mail.content;
    expect(subject).toBe('Re: Dinner on Friday');
    expect(inReplyTo).toBe(ids.at(-1));
    expect(referencesOf(mail)).toEqual(ids);
    if (round === ROUNDS.length) break;
    const answer = `<answer-${round}@thread.example>`;
    await send({ ...answerTo(mail, `bob writes ${round + 1}`), messageId: answer });
    ids.push(messageId, answer);
  }
  expect(new Set(stanzas.map(threadOf)).size).toBe(1);
  expect(threadOf(stanzas[0] as Element)).not.toBe('');
  expect(stanzas.map((stanza) => stanza.attrs.from)).toEqual(ROUNDS.map(() => contactOf(BOB)));
  // The subject is told where it begins, and not again.
  expect(stanzas.map(bodyOf)).toEqual([
    '✉ Dinner on Friday\nbob writes 1',
    ...ROUNDS.slice(1).map((round) => `bob writes ${round}`),
  ]);
});

it('a thread that she begins herself comes back to her as her own', async () => {
  const { send } = house.mailer('thread.example');
  juliet.raw(
    `<message type='chat' to='${contactOf(ANN)}' id='a'><body>hello ann</body><thread>of-her-client</thread></message>`,
  );
  const begun = await house.mailWith('hello ann');
  expect(begun.content.subject).toBe('Message from Juliet');
  expect(begun.content.inReplyTo).toBeUndefined();
  expect(referencesOf(begun)).toEqual([]);
  expect(begun.content.from?.text).toBe(`"Juliet" <${JULIETS_ADDRESS}>`);
  await send(answerTo(begun, 'hello juliet'));
  const answer = await heard('hello juliet');
  expect(threadOf(answer)).toBe('of-her-client');
  expect(bodyOf(answer)).toBe('hello juliet');
});

it('an answer finds its thread by its Message-ID alone, whatever its subject has become', async () => {
  const { send } = house.mailer('thread.example');
  juliet.send(contactOf(ANN), '✉ The masked ball\nWill you come?');
  const asked = await house.mailWith('Will you come?');
  const { inReplyTo, references: _, ...bare } = answerTo(asked, 'I will');
  await send({ ...bare, inReplyTo, subject: 'AW: The masked ball (Antwort)' });
  const answer = await heard('I will');
  // Another subject is another first line, and the same thread.
  expect(bodyOf(answer)).toBe('✉ AW: The masked ball (Antwort)\nI will');
  juliet.send(contactOf(ANN), 'Wonderful');
  const next = await house.mailWith('Wonderful');
  expect(referencesOf(next)[0]).toBe(asked.content.messageId);
});
