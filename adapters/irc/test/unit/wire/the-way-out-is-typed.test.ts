import { expectTypeOf, test } from 'vitest';
import {
  encodeCtcp,
  encodeJoin,
  encodeLine,
  encodeQuit,
  encodeText,
  labelled,
  type WireLine,
} from '../../../wire/line.ts';
import type { Transport } from '../../../wire/transport.ts';

test('a text is no line', () => {
  expectTypeOf<string>().not.toExtend<WireLine>();
  expectTypeOf<Transport['write']>().parameters.toEqualTypeOf<[WireLine]>();
  for (const encode of [encodeCtcp, encodeJoin, encodeQuit, encodeText, labelled]) {
    expectTypeOf(encode).returns.toEqualTypeOf<WireLine>();
  }
  expectTypeOf(encodeLine<'PRIVMSG'>).returns.toEqualTypeOf<WireLine>();
  expectTypeOf(labelled).parameters.toEqualTypeOf<[line: WireLine, label: number]>();
});
