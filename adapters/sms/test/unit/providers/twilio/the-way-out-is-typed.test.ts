import { expect, expectTypeOf, test } from 'vitest';
import {
  basic,
  type Credentials,
  encodeForm,
  type FormBody,
  type HttpCall,
} from '../../../../providers/twilio/http.ts';

test('a text is no body and no header of a request', () => {
  expectTypeOf<string>().not.toExtend<FormBody>();
  expectTypeOf<string>().not.toExtend<Credentials>();
  expectTypeOf<HttpCall['form']>().toEqualTypeOf<FormBody | undefined>();
  expectTypeOf<HttpCall['authorization']>().toEqualTypeOf<Credentials>();
  // All that a request says, so that nothing can be said beside it.
  expectTypeOf<keyof HttpCall>().toEqualTypeOf<
    'url' | 'authorization' | 'form' | 'signal' | 'leave'
  >();
});

test('whatever is in a field is in no other, and in no other line', () => {
  const body = encodeForm(new URLSearchParams({ To: '+1&From=x', Body: 'a=b\r\nHost: x\0é%&+' }));
  expect([...new URLSearchParams(body)]).toEqual([
    ['To', '+1&From=x'],
    ['Body', 'a=b\r\nHost: x\0é%&+'],
  ]);
  expect(body).toMatch(/^[\w.*+%&=-]+$/);
  expect(basic('AC1', 'p\r\nx')).toMatch(/^Basic [A-Za-z0-9+/=]+$/);
});
