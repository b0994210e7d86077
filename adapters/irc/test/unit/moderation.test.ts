import type { RoomChange } from 'postern/adapter';
import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../moderation.ts';
import { FIRST_FEATURES, withFeatures } from '../../wire/features.ts';

const ALL = withFeatures(FIRST_FEATURES, ['me', 'PREFIX=(qaohv)~&@%+', 'are supported']);
const FEW = FIRST_FEATURES;

function steps(
  becomes: RoomChange['becomes'],
  modes = '',
  features = ALL,
): readonly string[] | undefined {
  const person = { nick: 'bob', modes, user: 'user', host: 'host.example' };
  return stepsOf({ nick: 'bob', becomes, reason: 'no\r\nboots' }, person, features)?.map((step) =>
    step.is === 'kick' ? `kick ${step.reason}` : `${step.change} ${step.param}`,
  );
}

describe('a wish about somebody', () => {
  it.each<[RoomChange['becomes'], string, readonly string[] | undefined]>([
    [{ role: 'none' }, '', ['kick no boots']],
    [{ role: 'moderator' }, '', ['+h bob']],
    [{ role: 'participant' }, '', ['+v bob']],
    [{ role: 'participant' }, 'ov', ['-o bob']],
    [{ role: 'visitor' }, 'v', ['-v bob']],
    [{ affiliation: 'outcast' }, '', ['+b *!*@host.example', 'kick no boots']],
    [{ affiliation: 'owner' }, 'o', ['+q bob']],
    [{ affiliation: 'admin' }, 'q', ['+o bob', '-q bob']],
    [{ affiliation: 'admin' }, 'o', []],
    [{ affiliation: 'none' }, 'oh', ['-o bob', '-h bob']],
  ])('%j of one with %j', (becomes, modes, expected) => {
    expect(steps(becomes, modes)).toEqual(expected);
  });

  it('is as near as the server has it', () => {
    expect(steps({ role: 'moderator' }, '', FEW)).toEqual(['+o bob']);
    expect(steps({ affiliation: 'owner' }, '', FEW)).toBeUndefined();
  });
});
