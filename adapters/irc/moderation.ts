/** A moderator's wish (XEP-0045 §8–9) as what IRC has for it. Pure. */

import type { RoomChange } from 'postern/adapter';
import type { Person } from './members.ts';
import { sentWords } from './shown-text.ts';
import type { Features } from './wire/features.ts';

/** One change of a mode, or a kick. */
export type Step =
  | { readonly is: 'mode'; readonly change: string; readonly param: string }
  | { readonly is: 'kick'; readonly reason: string };

/** @returns undefined where IRC has nothing like it; empty where it is so already */
export function stepsOf(
  { becomes, reason = '' }: RoomChange,
  person: Person,
  features: Features,
): readonly Step[] | undefined {
  const kick: Step = { is: 'kick', reason: sentWords(reason, Math.min(features.kickLength, 200)) };
  if ('role' in becomes) {
    switch (becomes.role) {
      case 'none':
        return [kick];
      case 'moderator':
        return ranked(
          person,
          features,
          features.ranks.some(({ mode }) => mode === 'h') ? 'h' : 'o',
        );
      case 'participant':
        return ranked(person, features, 'v');
      case 'visitor':
        return ranked(person, features, '');
    }
  }
  switch (becomes.affiliation) {
    case 'outcast':
      return [{ is: 'mode', change: '+b', param: banMask(person) }, kick];
    case 'owner':
      return features.ranks.some(({ mode }) => mode === 'q')
        ? ranked(person, features, 'q')
        : undefined;
    case 'admin':
      return ranked(person, features, 'o');
    case 'member':
      return ranked(person, features, 'v');
    case 'none':
      return ranked(person, features, '');
  }
}

/** Who comes from there, whatever he calls himself. */
function banMask({ nick, host }: Person): string {
  return host === undefined || host === '' ? `${nick}!*@*` : `*!*@${host}`;
}

/** That rank, and none above it. @param wanted a letter; empty: no rank at all */
function ranked({ nick, modes }: Person, { ranks }: Features, wanted: string): readonly Step[] {
  const levels = ranks.map(({ mode }) => mode);
  const level = wanted === '' ? levels.length : levels.indexOf(wanted);
  const above = levels.filter((mode, at) => at < level && modes.includes(mode));
  const steps = above.map((mode): Step => ({ is: 'mode', change: `-${mode}`, param: nick }));
  if (wanted === '' || modes.includes(wanted)) return steps;
  return [{ is: 'mode', change: `+${wanted}`, param: nick }, ...steps];
}
