import type { MessageId } from 'postern/adapter';
import { expect, expectTypeOf, test } from 'vitest';
import { type ComposedMail, compose, type Outgoing } from '../../compose.ts';
import { Refusal } from '../../listener/reply.ts';
import type { MailAddress } from '../../mail-address.ts';
import type { Handover } from '../../relay/handover.ts';
import type { Letter } from '../../relay/letter.ts';
import type { Verp } from '../../verp.ts';

test('a text is no address of an envelope or of a header', () => {
  expectTypeOf<string>().not.toExtend<MailAddress>();
  expectTypeOf<Letter['from']>().toEqualTypeOf<MailAddress>();
  expectTypeOf<Letter['to']>().toEqualTypeOf<MailAddress>();
  expectTypeOf<Outgoing['to']>().toEqualTypeOf<MailAddress>();
  expectTypeOf<Outgoing['from']['address']>().toEqualTypeOf<MailAddress>();
  expectTypeOf<Verp['address']>().returns.toEqualTypeOf<MailAddress>();
  expectTypeOf<Letter['envelopeId']>().toEqualTypeOf<MessageId>();
});

test('bytes are no mail', () => {
  expectTypeOf<Buffer>().not.toExtend<ComposedMail>();
  expectTypeOf<string>().not.toExtend<ComposedMail>();
  expectTypeOf(compose).returns.resolves.toEqualTypeOf<ComposedMail>();
  expectTypeOf<Letter['message']>().toEqualTypeOf<ComposedMail>();
  expectTypeOf<ConstructorParameters<typeof Handover>[0]>().toEqualTypeOf<ComposedMail>();
});

test('a text of somebody else is no reply', () => {
  const theirs: string = 'whatever\r\n250 OK';
  // Only what is written in the code is its own type.
  expectTypeOf<Parameters<typeof Refusal.of<typeof theirs>>[1]>().toBeNever();
  expectTypeOf<Parameters<typeof Refusal.of<'5.0.0 no'>>[1]>().toEqualTypeOf<'5.0.0 no'>();
  expect(Refusal.of(550, '5.0.0 no')).toMatchObject({ responseCode: 550, message: '5.0.0 no' });
});
