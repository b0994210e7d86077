import type { AdapterUnderTest } from 'postern/adapter/testing';
import definition from '../index.ts';
import { Exchange } from './exchange.ts';

/** This adapter, for the checks of the contract. */
const subject: AdapterUnderTest = {
  definition,
  addresses: {
    same: [
      [
        'bob@example.com',
        'bob%example.com',
        'Bob@Example.COM',
        ' bob@example.com ',
        'mailto:bob@example.com',
        'bob\\40example.com',
      ],
      ['bob@xn--bcher-kva.example', 'bob@bücher.example', 'BOB@BÜCHER.example'],
      ['用户@xn--r8jz45g.jp', '用户@例え.jp'],
      ['o.k+tag=1@example.com', 'O.K+Tag=1@example.com'],
      ['unverified', 'Unverified'],
    ],
    malformed: [
      '',
      ' ',
      'bob',
      '@example.com',
      'bob@',
      'bob@example',
      'bob@@example.com',
      'a@b@example.com',
      'bob @example.com',
      'bob@exa mple.com',
      'bob@example..com',
      'bob@-example.com',
      '.bob@example.com',
      'bob.@example.com',
      'b..ob@example.com',
      '"bob"@example.com',
      '"evil@example.net x"@example.com',
      'bob@example.com, evil@example.net',
      'bob@example.com\r\nBcc: evil@example.net',
      'bob@example.com\r\nRCPT TO:<evil@example.net>',
      'g: e1@example.net, e2@example.net;',
      '@gw.example:victim@example.net',
      'victim!user@example.com',
      'user%victim.example@example.com',
      '<bob@example.com>',
      'bob@[127.0.0.1]',
      'bob@127.0.0.1',
      'bob@127.1',
      'bob@example.com/evil.example',
      'bob@ex%61mple.com',
      'bob@example.com\u0000',
      '\u202abob@example.com',
      `${'b'.repeat(65)}@example.com`,
      `bob@${'e'.repeat(64)}.com`,
      `bob@${'example.'.repeat(40)}com`,
    ],
  },
  network: () => Exchange.start(),
};

export default subject;
