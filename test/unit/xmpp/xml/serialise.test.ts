import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnserialisableError } from '../../../../src/xmpp/port.ts';
import { isXmlText } from '../../../../src/xmpp/xml/characters.ts';
import { type Element, element, NS_COMPONENT } from '../../../../src/xmpp/xml/element.ts';
import { StreamReader } from '../../../../src/xmpp/xml/reader.ts';
import { MAX_STANZA_BYTES, serialise } from '../../../../src/xmpp/xml/serialise.ts';
import { parse } from '../../../support/clients/xml.ts';

const OURS = { from: '+12025550123@gw.test', to: 'juliet@example.org' };
const message = (attrs: Record<string, string>, ...children: (Element | string)[]): Element =>
  element('message', NS_COMPONENT, { ...OURS, ...attrs }, children);
const write = (stanza: Element): string => serialise(stanza, 'gw.test');
const body = (text: string): Element => message({}, element('body', NS_COMPONENT, {}, [text]));

/** As a strict parser of somebody else reads it, inside a component stream. */
const strictly = (xml: string): Element => {
  const [stanza] = parse(`<root xmlns="${NS_COMPONENT}">${xml}</root>`).children;
  if (typeof stanza !== 'object') throw new Error('This is no stanza.');
  return stanza;
};

const own = (xml: string): Element[] => {
  const found: Element[] = [];
  const reader = new StreamReader({
    opened: () => {},
    element: (stanza) => found.push(stanza),
    skipped: (_, why) => expect.unreachable(why),
    closed: () => {},
  });
  reader.write(Buffer.from(`<root xmlns="${NS_COMPONENT}">${xml}`));
  return found;
};

const name = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/)
  .filter((text) => !/^xml/i.test(text));
const namespace = fc.constantFrom('', NS_COMPONENT, 'urn:a', 'urn:b', `urn:"'<&>`);
const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const xmlText = anyText.filter(isXmlText);

const tree = (text: fc.Arbitrary<string>) =>
  fc.letrec<{ element: Element }>((tie) => ({
    element: fc
      .record({
        name,
        ns: namespace,
        attrs: fc.dictionary(name, text, { maxKeys: 4 }),
        children: fc.array(fc.oneof({ depthSize: 'small' }, text, tie('element')), {
          maxLength: 4,
        }),
      })
      .map((parts) => element(parts.name, parts.ns, parts.attrs, joined(parts.children))),
  })).element;

/** A parser knows no border between two texts, and no empty one. */
function joined(children: readonly (Element | string)[]): (Element | string)[] {
  const result: (Element | string)[] = [];
  for (const found of children) {
    const last = result.at(-1);
    if (typeof found === 'string' && typeof last === 'string')
      result.push(`${result.pop()}${found}`);
    else if (found !== '') result.push(found);
  }
  return result;
}

describe('what is written', () => {
  it('reads back equal, for a strict parser of somebody else and for ours', () => {
    fc.assert(
      fc.property(tree(xmlText), (inner) => {
        const stanza = message({}, inner);
        const xml = write(stanza);
        expect(strictly(xml)).toEqual(stanza);
        expect(own(xml)).toEqual([stanza]);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused, or is what a strict parser takes, whatever it was made from', () => {
    fc.assert(
      fc.property(tree(fc.string({ unit: 'binary', maxLength: 6 })), anyText, (inner, from) => {
        let xml: string;
        try {
          xml = write(message({ from: `${from}@gw.test` }, inner));
        } catch (error) {
          expect(error).toBeInstanceOf(UnserialisableError);
          return;
        }
        expect(strictly(xml).attrs.from).toBe(`${from}@gw.test`);
      }),
      { numRuns: 500 },
    );
  });

  it('has its recipient as everybody writes him, however it was stored', () => {
    const to = (given: string) => strictly(write(message({ to: given }))).attrs.to;
    expect(to('\u{2f39}')).toBe('\u{5f50}');
    expect(to('Juliet@EXAMPLE.org./Phone')).toBe('juliet@example.org/Phone');
  });

  it('keeps every white space, in text and in attributes', () => {
    const stanza = message({ id: ' \t\r\n ' }, element('body', NS_COMPONENT, {}, ['\r\n\t \r']));
    expect(strictly(write(stanza))).toEqual(stanza);
  });
});

describe('what is refused', () => {
  it.each([
    ['\u0002', body('a\u0002b')],
    ['NUL', body('\u0000')],
    ['U+FFFE', body('\ufffe')],
    ['U+FFFF in an attribute', message({ id: '\uffff' })],
    ['a lone surrogate', body('\ud83d')],
    ['a lone surrogate in an attribute', message({ id: 'x\udc00' })],
    ['a "/" in the local part', message({ from: 'a/b@gw.test' })],
    ['a second "@"', message({ from: 'bob@ex.com@gw.test' })],
    ['a foreign domain', message({ from: 'a@example.org' })],
    ['a domain that a server would normalise', message({ from: 'a@GW.test' })],
    ['a domain with a dot at its end', message({ from: 'a@gw.test./x' })],
    ['a local part that a server would normalise', message({ from: 'A@gw.test' })],
    ['no sender', element('message', NS_COMPONENT, { to: 'a@b' })],
    ['no receiver', element('message', NS_COMPONENT, { from: 'a@gw.test' })],
    ['a receiver that is no address', message({ to: '@' })],
    ['something else than a stanza', element('handshake', NS_COMPONENT, OURS)],
    ['a stanza of another namespace', element('message', 'jabber:client', OURS)],
    ['an injected name', message({}, element(`a x='1'><evil/`, 'urn:a'))],
    ['an injected attribute', message({ "x='1'><evil/>": '1' })],
    ['a declared namespace', message({ xmlns: 'urn:a' })],
    ['a declared prefix', message({ 'xmlns:a': 'urn:a' })],
    ['a reserved namespace', message({}, element('a', 'http://www.w3.org/2000/xmlns/'))],
    ['too much', body('x'.repeat(MAX_STANZA_BYTES))],
    ['too many bytes of few characters', body('🙂'.repeat(MAX_STANZA_BYTES / 4))],
    ['too deep', message({}, nested(64))],
  ])('%s', (_, stanza) => {
    expect(() => write(stanza)).toThrow(UnserialisableError);
  });

  it('but not the deepest and the largest that is allowed', () => {
    expect(() => write(message({}, nested(63)))).not.toThrow();
    expect(() => write(body('x'.repeat(MAX_STANZA_BYTES - 200)))).not.toThrow();
  });

  it('in words that repeat nothing of it', () => {
    expect(() => write(body('my secret\u0002'))).toThrow(/^It has a character that XML forbids\.$/);
  });
});

function nested(depth: number): Element {
  return element('a', 'urn:a', {}, depth === 1 ? [] : [nested(depth - 1)]);
}
