import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageId } from '../../../../src/contract/index.ts';
import type { Entry } from '../../../../src/history/archive.ts';
import {
  ARCHIVE_FEATURES,
  type ArchiveQuery,
  NS_ARCHIVE as MAM,
  NOT_IN_ARCHIVE,
  readArchiveQuery,
  writeArchiveEnd,
  writeArchiveForm,
  writeArchiveMetadata,
  writeArchiveResult,
} from '../../../../src/xmpp/stanza/archive-query.ts';
import { writeError } from '../../../../src/xmpp/stanza/error.ts';
import { element, NS_COMPONENT } from '../../../../src/xmpp/xml/element.ts';
import { serialise } from '../../../../src/xmpp/xml/serialise.ts';
import { escapeXml, parse } from '../../../support/clients/xml.ts';

const RSM = 'http://jabber.org/protocol/rsm';

function read(content = '', attrs = "queryid='q1'") {
  return readArchiveQuery(parse(`<query xmlns='${MAM}' ${attrs}>${content}</query>`));
}

const field = (name: string, ...values: readonly string[]) =>
  `<field var='${name}'>${values.map((value) => `<value>${escapeXml(value)}</value>`).join('')}</field>`;
const form = (fields: string, type = 'submit', formType = MAM) =>
  `<x xmlns='jabber:x:data' type='${type}'>${field('FORM_TYPE', formType)}${fields}</x>`;
const set = (content: string) => `<set xmlns='${RSM}'>${content}</set>`;

const EVERYTHING: ArchiveQuery = {
  queryId: 'q1',
  with: undefined,
  start: undefined,
  end: undefined,
  afterId: undefined,
  beforeId: undefined,
  ids: undefined,
  max: 50,
  after: undefined,
  before: undefined,
  flip: false,
};
const query = (wanted: object) => ({ is: 'query', query: { ...EVERYTHING, ...wanted } });
const refused = (condition: string) => ({
  is: 'refused',
  refusal: expect.objectContaining({ condition }),
});

describe('a query', () => {
  test('for everything begins at the beginning, a page long', () => {
    expect(read()).toEqual(query({}));
    expect(read(form(''))).toEqual(query({}));
    expect(read('', '')).toEqual(query({ queryId: undefined }));
  });

  test('says what it wants in its form', () => {
    const all = [
      field('with', 'Verona@Rooms.example/juliet'),
      field('start', '2026-01-01T00:00:00Z'),
      field('end', '2026-01-01T02:00:00.5+01:00'),
      field('after-id', 'a<1'),
      field('before-id', 'b1'),
      field('ids', 'a1', 'a2'),
    ];
    expect(read(form(all.join('')))).toEqual(
      query({
        with: { local: 'verona', domain: 'rooms.example', resource: 'juliet' },
        start: Date.UTC(2026, 0, 1),
        end: Date.UTC(2026, 0, 1, 1, 0, 0, 500),
        afterId: 'a<1',
        beforeId: 'b1',
        ids: ['a1', 'a2'],
      }),
    );
  });

  test('leaves out what it leaves empty', () => {
    expect(read(form(field('with', '') + field('start') + field('ids', '')))).toEqual(query({}));
  });

  test.each([
    ['<max>10</max>', { max: 10 }],
    ['<max>0</max>', { max: 0 }],
    ['<max>999999999</max>', { max: 100 }],
    ['<after>a1</after>', { after: 'a1' }],
    ['<after/>', {}],
    ['<max>5</max><before>a1</before>', { max: 5, before: 'a1' }],
    ['<before/>', { before: '' }],
  ])('asks for the page %s', (content, wanted) => {
    expect(read(set(content))).toEqual(query(wanted));
  });

  test('may want its page from the end to the beginning', () => {
    expect(read('<flip-page/>')).toEqual(query({ flip: true }));
    expect(read("<flip-page xmlns='other'/>")).toEqual(query({}));
  });

  test.each([
    ['a form of another kind', form('', 'submit', 'jabber:iq:search'), 'bad-request'],
    ['a form without a kind', "<x xmlns='jabber:x:data' type='submit'/>", 'bad-request'],
    ['a form that is no submission', form('', 'form'), 'bad-request'],
    ['a field that is not known', form(field('withtext', 'x')), 'feature-not-implemented'],
    ['no address', form(field('with', '@verona')), 'jid-malformed'],
    ['no time', form(field('start', 'yesterday')), 'bad-request'],
    ['a date alone', form(field('end', '2026-01-01')), 'bad-request'],
    ['a 13th month', form(field('end', '2026-13-01T00:00:00Z')), 'bad-request'],
    ['a page of -1', set('<max>-1</max>'), 'bad-request'],
    ['a page of many', set('<max>many</max>'), 'bad-request'],
    ['a page by its number', set('<index>3</index>'), 'feature-not-implemented'],
    [
      'too many ids',
      form(field('ids', ...Array.from({ length: 101 }, (_, n) => `${n}`))),
      'not-acceptable',
    ],
  ])('with %s is refused', (_what, content, condition) => {
    expect(read(content)).toEqual(refused(condition));
  });

  test('with a long id is refused', () => {
    expect(read('', `queryid='${'x'.repeat(513)}'`)).toEqual(refused('bad-request'));
  });

  test('of any kind is read or refused, and the refusal can be written', () => {
    const name = fc.constantFrom('FORM_TYPE', 'with', 'start', 'end', 'before-id', 'ids', 'x');
    const value = fc.oneof(
      fc.constantFrom(MAM, '', 'a@b/c', '2026-01-01T00:00:00Z'),
      fc.string({ unit: 'grapheme-composite' }),
    );
    const filled = fc.array(fc.tuple(name, fc.array(value, { maxLength: 3 })), { maxLength: 6 });
    fc.assert(
      fc.property(filled, fc.array(value, { maxLength: 3 }), (fields, [max, after, before]) => {
        const part = (called: string, content: string | undefined) =>
          content === undefined ? undefined : element(called, RSM, {}, [content]);
        const reading = readArchiveQuery(
          element('query', MAM, { queryid: after }, [
            element(
              'x',
              'jabber:x:data',
              { type: 'submit' },
              fields.map(([called, values]) =>
                element(
                  'field',
                  'jabber:x:data',
                  { var: called },
                  values.map((text) => element('value', 'jabber:x:data', {}, [text])),
                ),
              ),
            ),
            element('set', RSM, {}, [
              part('max', max),
              part('after', after),
              part('before', before),
            ]),
          ]),
        );
        if (reading.is === 'query') expect(reading.query.max).toBeLessThanOrEqual(100);
        else expect(writeError(reading.refusal, 'gw.example').name).toBe('error');
      }),
    );
  });
});

const entry = (id: string, at: number): Entry => ({
  id: id as MessageId,
  at,
  kind: 'message',
  from: 'juliet',
  body: 'O Romeo',
});
const [first, second] = [entry('a1', 1_000), entry('a2', 2_500)];

describe('an answer', () => {
  test('has the message as a client would have got it, and its time', () => {
    const said = element(
      'message',
      NS_COMPONENT,
      { type: 'groupchat', id: 'm1', from: 'verona@gw.example/juliet' },
      [
        element('body', NS_COMPONENT, {}, ['O Romeo']),
        element('occupant-id', 'urn:xmpp:occupant-id:0', { id: 'o1' }),
      ],
    );
    const result = writeArchiveResult('q1', first, said);
    expect(result).toEqual(
      parse(
        `<result xmlns='${MAM}' queryid='q1' id='a1'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='1970-01-01T00:00:01.000Z'/><message xmlns='jabber:client' type='groupchat' id='m1' from='verona@gw.example/juliet'><body>O Romeo</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o1'/></message></forwarded></result>`,
      ),
    );
    const [from, to] = ['verona@gw.example', 'juliet@example.org/balcony'];
    const stanza = element('message', NS_COMPONENT, { from, to }, [result]);
    expect(parse(serialise(stanza, 'gw.example')).children[0]).toEqual(result);
    expect(writeArchiveResult(undefined, first, said).attrs.queryid).toBeUndefined();
  });

  test('ends with what came, and whether it was all', () => {
    expect(writeArchiveEnd({ entries: [first, second], complete: false, count: 7 })).toEqual(
      parse(
        `<fin xmlns='${MAM}'><set xmlns='${RSM}'><first>a1</first><last>a2</last><count>7</count></set></fin>`,
      ),
    );
    expect(writeArchiveEnd({ entries: [], complete: true, count: undefined })).toEqual(
      parse(`<fin xmlns='${MAM}' complete='true'><set xmlns='${RSM}'/></fin>`),
    );
  });

  test('says where the archive begins and ends', () => {
    expect(writeArchiveMetadata({ first, last: second })).toEqual(
      parse(
        `<metadata xmlns='${MAM}'><start id='a1' timestamp='1970-01-01T00:00:01.000Z'/><end id='a2' timestamp='1970-01-01T00:00:02.500Z'/></metadata>`,
      ),
    );
    expect(writeArchiveMetadata(undefined)).toEqual(parse(`<metadata xmlns='${MAM}'/>`));
  });

  test('says what may be asked, and all of it can be', () => {
    const validate = 'http://jabber.org/protocol/xdata-validate';
    const fields = ['with', 'start', 'end', 'before-id', 'after-id'].map(
      (name) => `<field type='${name === 'with' ? 'jid' : 'text'}-single' var='${name}'/>`,
    );
    expect(writeArchiveForm()).toEqual(
      parse(
        `<query xmlns='${MAM}'><x xmlns='jabber:x:data' type='form'><field type='hidden' var='FORM_TYPE'><value>${MAM}</value></field>${fields.join('')}<field type='list-multi' var='ids'><validate xmlns='${validate}' datatype='xs:string'><open/></validate></field></x></query>`,
      ),
    );
    expect(ARCHIVE_FEATURES).toEqual(['urn:xmpp:mam:2', 'urn:xmpp:mam:2#extended']);
  });

  test('is an error where a message is not there', () => {
    expect(NOT_IN_ARCHIVE.condition).toBe('item-not-found');
    expect(NOT_IN_ARCHIVE.text.length).toBeLessThanOrEqual(120);
  });
});
