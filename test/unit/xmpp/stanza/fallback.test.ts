import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutFallback } from '../../../../src/xmpp/stanza/fallback.ts';
import { element } from '../../../../src/xmpp/xml/element.ts';

const NS = 'urn:xmpp:fallback:0';

test('exactly the code points that no range covers are left', () => {
  const bound = fc.nat({ max: 30 });
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 24 }),
      fc.array(fc.tuple(bound, bound), { minLength: 1, maxLength: 6 }),
      (body, ranges) => {
        const parts = ranges.map(([start, end]) =>
          element('body', NS, { start: `${start}`, end: `${end}` }),
        );
        const message = element('message', 'jabber:component:accept', {}, [
          element('fallback', NS, { for: 'urn:xmpp:reply:0' }, parts),
        ]);
        const left = [...body].filter(
          (_, at) => !ranges.some(([start, end]) => start <= at && at < end),
        );
        expect(withoutFallback(message, body)).toBe(left.join(''));
      },
    ),
  );
});
