import { describe, expect, test } from 'vitest';
import { type MessageId, refused } from '../../../../src/contract/index.ts';
import type { PageQuery } from '../../../../src/history/archive.ts';
import { serialise } from '../../../support/clients/xml.ts';
import { inWords } from '../../../support/room-words.ts';
import { house, ROOM } from './house.ts';

describe('the archive', () => {
  const entries = ['A1', 'A2'].map((id, at) => ({
    ...{ id: id as MessageId, at, kind: 'message' as const, from: 'alice', body: `text ${at}` },
  }));

  test('has a file as one', async () => {
    const { host, asked, open } = house();
    const [entry] = entries;
    if (entry === undefined) throw new Error('no entry');
    const file = { ...entry, kind: 'file' as const, body: 'https://up.example/a.jpg' };
    host.archive = {
      page: () => ({ entries: [file, entry], complete: true, count: 2 }),
      ends: () => undefined,
    };
    open();
    const answer = await asked('balcony', ROOM, "<query xmlns='urn:xmpp:mam:2'/>", 'set');
    const url = '<x xmlns="jabber:x:oob"><url>https://up.example/a.jpg</url></x>';
    expect(answer.map((each) => serialise(each).includes(url))).toEqual([true, false, false]);
  });

  test('is read by pages, of all or of one occupant', async () => {
    const { host, asked, open } = house();
    const pages: PageQuery[] = [];
    host.archive = {
      page(_user, _room, query) {
        pages.push(query);
        return { entries, complete: true, count: 2 };
      },
      ends: () => undefined,
    };
    open();
    const query = (who: string) =>
      `<query xmlns='urn:xmpp:mam:2' queryid='f1'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='with'><value>${who}</value></field></x></query>`;
    const answer = await asked('balcony', ROOM, query(`${ROOM}/alice`), 'set');
    expect(answer.map(({ name }) => name)).toEqual(['message', 'message', 'iq']);
    const [first] = answer.map((each) => serialise(each));
    expect(first).toContain('id="A1"');
    expect(first).toContain(`from="${ROOM}/alice"`);
    expect(first).toContain('text 0');
    expect(pages[0]?.from).toBe('alice');
    await asked('balcony', ROOM, query(ROOM), 'set');
    expect(pages[1]).not.toHaveProperty('from');
    expect(await asked('balcony', ROOM, query('romeo@elsewhere.example'), 'set')).toHaveLength(1);
    expect(pages).toHaveLength(2);
  });

  test('is refused to who may not read it, in words', async () => {
    const { host, asked } = house();
    const refuses = () => {
      throw refused('forbidden', 'cancel', 'Not for you.');
    };
    host.archive = { page: refuses, ends: refuses };
    for (const [name, type] of [
      ['query', 'set'],
      ['metadata', 'get'],
    ] as const) {
      const [answer] = await asked('balcony', ROOM, `<${name} xmlns='urn:xmpp:mam:2'/>`, type);
      expect(answer && inWords(answer)).toContain('forbidden');
    }
  });

  test('has a form and metadata, and nothing else', async () => {
    const { host, asked } = house();
    host.archive = { page: () => undefined, ends: () => undefined };
    const ask = async (name: string, type = 'get', content = '') => {
      const request = `<${name} xmlns='urn:xmpp:mam:2'>${content}</${name}>`;
      return (await asked('balcony', ROOM, request, type)).map(inWords);
    };
    expect(await ask('query')).toEqual(['iq result *']);
    expect(await ask('metadata')).toEqual(['iq result *']);
    expect(await ask('prefs')).toEqual(['!bad-request iq *']);
    expect(await ask('query', 'set')).toEqual(['!item-not-found iq *']);
  });

  test('has no entry whose id is too long to be kept', async () => {
    const { host, asked } = house();
    host.archive = {
      page: () => ({ entries, complete: true, count: 2 }),
      ends: () => undefined,
    };
    const ask = async (id: string) => {
      const page = `<set xmlns='http://jabber.org/protocol/rsm'><after>${id}</after></set>`;
      const request = `<query xmlns='urn:xmpp:mam:2'>${page}</query>`;
      return (await asked('balcony', ROOM, request, 'set')).map(inWords).at(-1);
    };
    expect(await ask('A0')).toBe('iq result *');
    expect(await ask('A'.repeat(513))).toBe('!item-not-found iq *');
  });

  test('is not there where nothing is kept', () => {
    const { iq } = house();
    expect(iq('balcony', ROOM, "<query xmlns='urn:xmpp:mam:2'/>").map(inWords)).toEqual([
      '!service-unavailable iq *',
    ]);
  });
});
