import { describe, expect, it } from 'vitest';
import { type Refusal, refused } from '../../../src/contract/index.ts';
import {
  GARDEN,
  type GardenOptions,
  garden,
  inside,
  JOINED,
  JULIET,
  LEFT,
  linkOf,
  ROMEO,
  words,
} from './garden.ts';

const NOT_NOW: Refusal = { condition: 'remote-server-timeout', type: 'wait', text: 'Not now.' };
const NEVER: Refusal = { condition: 'forbidden', type: 'cancel', text: 'Banned.' };

describe('after a restart', () => {
  function comingBack(options: GardenOptions = {}) {
    const here = garden({ left: [LEFT], ...options });
    here.host.comeBack();
    return here;
  }

  it('comes back into a room as it was left', () => {
    const { done, happens, pass } = comingBack();
    happens(JOINED);
    pass(600);
    expect(done).toEqual([
      'farewell to julie at juliet@example.org/phone',
      'join #garden as julie',
      'told joined',
    ]);
  });

  it('asks again for the nick that the user wanted, not for what became of it', () => {
    const { did } = comingBack({ left: [{ ...LEFT, nick: 'julie_', wished: 'julie' }] });
    expect(did()).toEqual([
      'farewell to julie_ at juliet@example.org/phone',
      'join #garden as julie',
    ]);
  });

  it('says the password again with which it was let in', () => {
    const { did, happens, noted } = comingBack({ left: [{ ...LEFT, password: 'capulet' }] });
    expect(did().at(-1)).toBe('join #garden as julie by capulet');
    happens(JOINED);
    expect(noted.get(JULIET)?.password).toBe('capulet');
  });

  it('tries again while the network is not there, and tells nobody', () => {
    const { did, happens, pass } = comingBack();
    did();
    happens({ is: 'refused', refusal: NOT_NOW });
    pass(29);
    expect(did()).toEqual([]);
    pass(60);
    expect(did()).toEqual(['join #garden as julie']);
    happens({ is: 'refused', refusal: NOT_NOW });
    pass(31);
    happens(JOINED);
    pass(600);
    expect(did()).toEqual(['join #garden as julie', 'told joined']);
  });

  it('gives up where it never will be let in', () => {
    const { did, happens, pass } = comingBack();
    did();
    happens({ is: 'refused', refusal: NEVER });
    pass(600);
    expect(did()).toEqual(['told refused', 'forget #garden']);
  });

  it('tells a client that waits, and tries again for a room that is kept', () => {
    const { did, happens, pass } = comingBack({ clients: 1 });
    did();
    happens({ is: 'refused', refusal: NOT_NOW });
    expect(did()).toEqual(['told refused']);
    pass(31);
    expect(did()).toEqual(['join #garden as julie']);
    happens(JOINED);
    expect(did()).toEqual(['told joined']);
  });

  it('tries again at once for who comes meanwhile, by the password that he knows', () => {
    const { host, did, opened, happens, pass } = comingBack();
    const [view] = opened;
    if (view === undefined) throw new Error('no view');
    // It is tried just now: not twice.
    host.waits(view, { nick: 'jules' });
    happens({ is: 'refused', refusal: NOT_NOW });
    did();
    host.waits(view, { nick: 'jules', password: 'capulet' });
    pass(1);
    expect(did()).toEqual(['join #garden as jules by capulet']);
    host.waits(view, { nick: 'jules' });
    pass(60);
    expect(did()).toEqual([]);
  });

  it('tells a client that waits, and forgets a room that is not', () => {
    const { did, happens, pass } = comingBack({ clients: 1, keepsRooms: false });
    did();
    happens({ is: 'refused', refusal: NOT_NOW });
    pass(600);
    expect(did()).toEqual(['told refused', 'forget #garden']);
  });

  it('leaves what nobody comes back to', () => {
    const { did, happens, pass } = comingBack({ keepsRooms: false });
    happens(JOINED);
    did();
    pass(121);
    expect(did()).toEqual(['leave #garden', 'closed', 'forget #garden']);
  });

  it('does not leave a room for which a client waits', () => {
    const { did, pass } = comingBack({ keepsRooms: false, clients: 1 });
    did();
    pass(600);
    expect(did()).toEqual([]);
  });

  it('forgets a room that the settings do not have any more, and goes on', () => {
    const { did } = comingBack({ isGone: true });
    expect(did()).toEqual(['farewell to julie at juliet@example.org/phone', 'forget #garden']);
  });

  it('forgets the rooms of who has no account any more', () => {
    const { did } = comingBack({ known: [] });
    expect(did()).toEqual(['farewell to julie at juliet@example.org/phone', 'forget #garden']);
  });
});

describe('a user without an account', () => {
  function coming() {
    const here = garden({ known: [], keepsRooms: false });
    const view = here.viewOf(JULIET);
    here.host.join(view, { nick: 'julie' });
    return { ...here, view };
  }

  it('gets one, and is in', async () => {
    const { did, registering } = coming();
    expect(did()).toEqual([]);
    registering[0]?.resolve(linkOf(JULIET));
    await registering[0]?.promise;
    expect(did()).toEqual(['join #garden as julie']);
  });

  it('is told why he gets none', async () => {
    const { did, registering } = coming();
    registering[0]?.reject(refused('conflict', 'cancel', 'Taken.'));
    await expect(registering[0]?.promise).rejects.toThrow();
    expect(did()).toEqual(['told refused', 'forget #garden']);
  });

  it('is in where he got one in another way meanwhile', async () => {
    const { did, registering, accounts } = coming();
    accounts.set(JULIET, linkOf(JULIET));
    registering[0]?.reject(refused('conflict', 'cancel', 'You have one.'));
    await expect(registering[0]?.promise).rejects.toThrow();
    expect(did()).toEqual(['join #garden as julie']);
  });

  it('is not in where he has left before he got one', async () => {
    const { host, did, registering, view } = coming();
    view.clients = 0;
    host.went(view, `${JULIET}/phone`, { is: 'left' });
    did();
    registering[0]?.resolve(linkOf(JULIET));
    await registering[0]?.promise;
    expect(did()).toEqual([]);
  });
});

describe('clients that go', () => {
  function gone(is: 'left' | 'unreachable' | 'stream-lost', keepsRooms = false) {
    const here = inside({ keepsRooms });
    here.view.clients = 0;
    here.host.went(here.view, `${JULIET}/phone`, { is });
    return here;
  }

  it('leave the room with the last of them', () => {
    const { host, did, view } = inside({ keepsRooms: false });
    host.came(view, `${JULIET}/laptop`);
    view.clients = 1;
    host.went(view, `${JULIET}/phone`, { is: 'left' });
    expect(did()).toEqual([]);
    view.clients = 0;
    host.went(view, `${JULIET}/laptop`, { is: 'left' });
    expect(did()).toEqual(['leave #garden', 'closed', 'forget #garden']);
  });

  it('may come back for two minutes where they did not leave', () => {
    for (const is of ['unreachable', 'stream-lost'] as const) {
      const { did, pass } = gone(is);
      pass(119);
      expect(did()).toEqual([]);
      pass(2);
      expect(did()).toEqual(['leave #garden', 'closed', 'forget #garden']);
    }
  });

  it('come back in time', () => {
    const { host, did, pass, view } = gone('stream-lost');
    pass(119);
    view.clients = 1;
    host.came(view, `${JULIET}/phone`);
    pass(600);
    expect(did()).toEqual([]);
  });

  it('are all told by the next process, where the stream was lost before it', () => {
    const { noted } = gone('stream-lost', true);
    expect(noted.get(JULIET)?.clients).toEqual([`${JULIET}/phone`]);
  });

  it('leave a room that is kept', () => {
    const { did, pass, noted } = gone('left', true);
    pass(600);
    expect(did()).toEqual([]);
    expect(noted.get(JULIET)).toMatchObject({ clients: [], nick: 'julie', wished: 'julie' });
  });

  it('are not remembered without end, however often the stream is lost', () => {
    const { host, noted, view } = inside();
    for (let loss = 0; loss < 200; loss++) {
      host.came(view, `${JULIET}/${loss}`);
      host.went(view, `${JULIET}/${loss}`, { is: 'stream-lost' });
    }
    expect(noted.get(JULIET)?.clients).toHaveLength(50);
    expect(noted.get(JULIET)?.clients.at(-1)).toBe(`${JULIET}/199`);
  });
});

describe('what happens', () => {
  it('is told to whom it happens, and to nobody else', () => {
    const { host, did, happens, viewOf } = inside({ known: [JULIET, ROMEO] });
    happens({ is: 'announced', text: 'Hello.' }, ROMEO);
    expect(did()).toEqual([]);
    host.join(viewOf(ROMEO), { nick: 'romeo' });
    happens({ is: 'announced', text: 'Hello.' }, ROMEO);
    expect(did()).toEqual(['join #garden as romeo', 'told announced']);
  });

  it('is told of a lost connection and its return, and the room is still his', () => {
    const { did, happens, pass } = inside();
    happens({ is: 'lost', words: 'Gone.' });
    pass(600);
    happens(JOINED);
    expect(did()).toEqual(['told lost', 'told joined']);
  });

  it('ends it where he is out, or was never in', () => {
    const { did, happens, noted } = inside();
    happens({ is: 'out', how: { is: 'kicked' } });
    expect(did()).toEqual(['told out', 'forget #garden']);
    expect(noted.size).toBe(0);
    happens(JOINED);
    expect(did()).toEqual([]);
  });

  it('does not end it where only a nick is refused', () => {
    const { did, happens } = inside();
    happens({ is: 'refused', refusal: NEVER });
    expect(did()).toEqual(['told refused']);
  });

  it('changes the nick that is asked for after a restart only where he wished it', () => {
    const { host, happens, noted, view } = inside();
    happens({ is: 'renamed', from: 'julie', to: 'guest1' });
    expect(noted.get(JULIET)).toMatchObject({ nick: 'guest1', wished: 'julie' });
    host.rename(view, 'juju');
    happens({ is: 'renamed', from: 'guest1', to: 'juju' });
    expect(noted.get(JULIET)).toMatchObject({ nick: 'juju', wished: 'juju' });
  });
});

it('lets nobody in whom the policy refuses', () => {
  const { host, did } = garden({ refusal: NEVER, left: [LEFT] });
  expect(host.refuses(JULIET)).toBe(NEVER);
  // Nor does it come back into the rooms where he was.
  host.comeBack();
  expect(did()).toEqual(['farewell to julie at juliet@example.org/phone', 'forget #garden']);
});

it('has nobody in a room who is not registered any more', () => {
  const { host, did, happens, accounts, noted, view } = inside({ known: [JULIET, ROMEO] });
  accounts.delete(JULIET);
  host.unregistered(linkOf(JULIET));
  expect(did()).toEqual(['forget #garden', 'closed']);
  expect(noted.size).toBe(0);
  host.went(view, `${JULIET}/phone`, { is: 'stream-lost' });
  happens({ is: 'announced', text: 'Hello.' });
  expect(did()).toEqual([]);
});

it('sends no more of who repeats what he hears', () => {
  const { host, did, happens, view } = inside();
  for (const text of ['one of three lines', 'two of three lines', 'three of three lines']) {
    happens({ is: 'said', nick: 'romeo', person: 'romeo' as never, text });
    host.said(view, words(`<romeo> ${text}`));
  }
  expect(did().filter((word) => !word.startsWith('told'))).toEqual([
    'accepted <romeo> one of three lines',
    'accepted <romeo> two of three lines',
    'refused policy-violation',
  ]);
  expect(view.room).toBe(GARDEN);
});

describe('a client that was lost', () => {
  it('is told by the next process, unless it knows', async () => {
    const { host, did, noted, view } = inside();
    host.went({ ...view, clients: 0 } as typeof view, `${JULIET}/phone`, { is: 'stream-lost' });
    expect(noted.get(JULIET)?.clients).toEqual([`${JULIET}/phone`]);
    host.wasTold(GARDEN, `${JULIET}/phone`);
    expect(noted.get(JULIET)).toMatchObject({ room: GARDEN, nick: 'julie', clients: [] });
    host.wasTold(GARDEN, `${ROMEO}/phone`);
    await host.settled();
    expect(did()).toEqual(['written']);
  });

  it('is told by the process after the next, where that has not told it', () => {
    const { host, happens, noted } = garden({ left: [LEFT] });
    host.comeBack();
    happens(JOINED);
    expect(noted.get(JULIET)?.clients).toEqual(LEFT.clients);
    host.wasTold(GARDEN, LEFT.clients[0] ?? '');
    expect(noted.get(JULIET)?.clients).toEqual([]);
  });
});

it('says who is away once a second, whatever his clients say', () => {
  const { host, did, pass } = inside({ known: [JULIET, ROMEO] });
  for (let n = 0; n < 1_000; n++) host.away(JULIET, n % 2 === 0 ? undefined : `away ${n}`);
  host.away(ROMEO, 'asleep');
  expect(did()).toEqual([]);
  pass(2);
  expect(did()).toEqual(['away: away 999', 'away: asleep']);
});
