import { expect, it } from 'vitest';
import { type PeerId, type RoomSession, refused } from '../../../src/contract/index.ts';
import { questions } from '../../../src/rooms/questions.ts';
import { JidError, parseJid } from '../../../src/xmpp/jid.ts';
import { GARDEN, garden, JULIET } from './garden.ts';

/** Notes what it is asked. */
function asked(can: Pick<RoomSession, 'unban' | 'invite'> = {}) {
  const nothing = async () => undefined;
  const quiet = () => undefined;
  const session: RoomSession = {
    ...{ join: quiet, leave: quiet, rename: quiet, away: quiet },
    ...{ describe: nothing, setSubject: nothing, administer: nothing },
    ...can,
  };
  const { viewOf } = garden();
  const personAt = (local: string) => {
    if (local === 'no-server')
      throw refused('item-not-found', 'cancel', 'There is no such server.');
    if (local === 'broken') throw new JidError('broken');
    return local === 'room' ? undefined : (`${local}%there` as PeerId);
  };
  return { view: viewOf(JULIET), host: questions(() => session, personAt) };
}

it('invites people of the network', async () => {
  const invited: string[] = [];
  const { host, view } = asked({
    invite: async (room, who) => {
      invited.push(`${who} into ${room}`);
      return who === 'tybalt%there'
        ? { condition: 'forbidden', type: 'cancel', text: '' }
        : undefined;
    },
  });
  const invite = (local: string) => host.invite(view, { to: parseJid(`${local}@irc.example`) });
  expect(await invite('nurse')).toBeUndefined();
  expect(await invite('tybalt')).toMatchObject({ condition: 'forbidden' });
  for (const local of ['room', 'no-server', 'broken']) {
    expect(await invite(local)).toMatchObject({ condition: 'item-not-found' });
  }
  expect(invited).toEqual([`nurse%there into ${GARDEN}`, `tybalt%there into ${GARDEN}`]);
});

it('lifts a ban that the network told', async () => {
  const lifted: string[] = [];
  const { host, view } = asked({
    unban: async (room, who) => {
      lifted.push(`${who} in ${room}`);
      return undefined;
    },
  });
  const becomes = { affiliation: 'none' } as const;
  expect(await host.administer(view, { who: { ban: 'x!*@*' }, becomes })).toBeUndefined();
  expect(lifted).toEqual([`x!*@* in ${GARDEN}`]);
});

it('says where the network can do neither', async () => {
  const { host, view } = asked();
  const becomes = { affiliation: 'none' } as const;
  expect(await host.administer(view, { who: { ban: 'x!*@*' }, becomes })).toBeDefined();
  expect(await host.invite(view, { to: parseJid('nurse@irc.example') })).toMatchObject({
    condition: 'feature-not-implemented',
  });
});
