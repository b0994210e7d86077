import { describe, expect, it } from 'vitest';
import { child, type Element, NS_STANZA_ERROR } from '../../../../src/xmpp/xml/element.ts';
import { bodyOf } from '../../../support/streams.ts';
import { isPing, toJuliet, useStrictServer } from './strict-server.ts';

const use = useStrictServer();

/** What was written but for the pings. */
const answers = (): Element[] => use.server.received.filter((stanza) => !isPing(stanza));

const DEEP = '<a>'.repeat(100) + '</a>'.repeat(100);

describe('what a stranger sends', () => {
  it('1 MB in 50-byte chunks costs little, and is answered with an error', async () => {
    const { stream, seen } = await use.online();
    const big = `<message from='a@b.test/c' to='+1@gw.test' id='big'><body>${'x'.repeat(1 << 20)}</body></message>`;
    for (let at = 0; at < big.length; at += 50) use.server.say(big.slice(at, at + 50));
    await use.server.until(() => use.messages().length === 1);
    const [answer] = use.messages();
    expect(answer?.attrs).toEqual({
      ...{ from: '+1@gw.test', to: 'a@b.test/c', id: 'big', type: 'error' },
    });
    const [error] = answer?.children ?? [];
    if (typeof error !== 'object') throw new Error('There is no error in it.');
    expect(error.attrs).toEqual({ type: 'modify', by: 'gw.test' });
    expect(child(error, 'policy-violation', NS_STANZA_ERROR)).toBeDefined();
    expect(child(error, 'text', NS_STANZA_ERROR)).toMatchObject({
      attrs: { 'xml:lang': 'en' },
      children: ['This is larger than 512 KiB, the most that can be taken.'],
    });
    await stream.deliver(toJuliet('next'));
    expect(seen.reasons).toEqual([]);
  });

  it.each([
    ['message', 'chat', 1],
    ['message', 'error', 0],
    ['presence', 'subscribe', 1],
    ['presence', 'unavailable', 0],
    ['presence', 'error', 0],
    ['iq', 'get', 1],
    ['iq', 'set', 1],
    ['iq', 'result', 0],
    ['iq', 'error', 0],
  ])('too deep, a %s of type %s is answered %i times', async (name, type, answers) => {
    const { stream, seen } = await use.online();
    use.server.received.length = 0;
    use.server.say(`<${name} type='${type}' from='a@b.test' to='gw.test' id='1'>${DEEP}</${name}>`);
    use.server.say(`<message from='a@b.test' to='gw.test' id='after'/>`);
    await seen.until(({ stanzas }) => stanzas.length === 1);
    await stream.deliver(toJuliet('1'));
    const errors = use.server.received.filter(({ attrs }) => attrs.type === 'error');
    expect(errors.map((error) => error.name)).toEqual(Array(answers).fill(name));
  });

  it('can not name an address that closes the stream in the answer', async () => {
    const { stream, seen } = await use.online();
    use.server.say(`<message from='a@b.test' to='x@@gw.test' id='1'>${DEEP}</message>`);
    use.server.say(`<message from='a@b.test' to='gw.test' id='after'/>`);
    await seen.until(({ stanzas }) => stanzas.length === 1);
    await stream.deliver(toJuliet('1'));
    expect(use.messages().map(({ attrs }) => attrs.from)).toEqual(['gw.test', '+1@gw.test']);
    expect(seen.reasons).toEqual([]);
  });

  it('is not made longer by the answer', async () => {
    const { stream, seen } = await use.online();
    const id = 'x'.repeat(100_000);
    use.server.say(`<message from='a@b.test' to='gw.test' id='${id}'>${DEEP}</message>`);
    // A request without an id could not be answered at all.
    use.server.say(`<iq type='get' from='a@b.test' to='gw.test' id='${id}'>${DEEP}</iq>`);
    use.server.say(`<message from='a@b.test' to='gw.test' id='after'/>`);
    await seen.until(({ stanzas }) => stanzas.length === 1);
    await stream.deliver(toJuliet('1'));
    expect(answers().map(({ attrs }) => attrs.id)).toEqual([undefined, '1']);
  });

  it('together with the answer to the handshake can be answered', async () => {
    use.server.welcome = `<message from='a@b.test' to='gw.test' id='early'/>`;
    const { stream, seen } = use.start();
    const stanza = seen.stanza.bind(seen);
    seen.stanza = (given) => {
      stanza(given);
      stream.send(toJuliet(`answer to ${given.attrs.id}`));
    };
    await seen.until(({ onlines }) => onlines === 1);
    await stream.deliver(toJuliet('1'));
    expect(answers().map(({ attrs }) => attrs.id)).toEqual(['answer to early', '1']);
  });

  it.each(['get', 'result', 'error'])(
    'as an iq of type %s is never taken for a ping of ours, though its id is',
    async (type) => {
      const { stream, seen } = await use.online();
      use.server.hold();
      let delivered = false;
      const delivery = stream.deliver(toJuliet('1')).then(() => {
        delivered = true;
      });
      await use.server.until(({ received }) => received.at(-2)?.attrs.id === '1');
      const id = use.server.received.at(-1)?.attrs.id ?? '';
      for (const known of [id, id.replace(/\d+$/, '999'), id.replace(/:.*/, ''), 'guessed']) {
        for (const from of ['a@b.test/c', 'b.test', 'a@gw.test', 'gw.test/a']) {
          use.server.say(
            `<iq type='${type}' id='${known}' from='${from}' to='gw.test'><ping xmlns='urn:xmpp:ping'/></iq>`,
          );
        }
      }
      await seen.until(({ stanzas }) => stanzas.length === 16);
      await new Promise((resolve) => setImmediate(resolve));
      expect(delivered).toBe(false);
      expect(seen.reasons).toEqual([]);
      use.server.release();
      await delivery;
    },
  );

  it('that makes a listener throw does not end the stream', async () => {
    const { stream, seen } = await use.online();
    const stanza = seen.stanza.bind(seen);
    seen.stanza = (given) => {
      stanza(given);
      throw new RangeError(bodyOf(given));
    };
    use.server.say(`<message from='a@b.test' to='gw.test'><body>private</body></message>`);
    await seen.until(({ stanzas }) => stanzas.length === 1);
    await stream.deliver(toJuliet('1'));
    expect(seen.lines).toContain('error A listener failed.');
    expect(seen.lines.join()).not.toContain('private');
  });
});
