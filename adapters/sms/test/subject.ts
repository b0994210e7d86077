import type { AdapterUnderTest } from 'postern/adapter/testing';
import definition from '../index.ts';
import { Carrier } from './carrier.ts';

/** This adapter, for the checks of the contract. */
const subject: AdapterUnderTest = {
  definition,
  addresses: {
    same: [
      [
        '+12025550123',
        '%2b12025550123',
        '%2B12025550123',
        '0012025550123',
        'tel:+12025550123',
        '+1 202 555 0123',
        '+1 (202) 555-0123',
        '+1.202.555.0123',
        '(202) 555-0123',
        '2025550123',
        '1-202-555-0123',
        ' +12025550123 ',
      ],
      ['+442071838750', '+44 (0)20 7183 8750', '0044 20 7183 8750'],
      ['+15551234567', '1 555 123 4567'],
      ['21610', '2-16-10'],
      ['mybank', 'MyBank', ' MYBANK '],
    ],
    malformed: [
      '',
      ' ',
      '+',
      '+0',
      '+1 555',
      '+1\u202a5551234567',
      '+١٢٠٢٥٥٥٠١٢٣',
      '＋１２０２５５５０１２３',
      'tel:+12025550123;ext=9',
      '+12025550123x9',
      '+1202555012312345',
      '+12025550123\r\n',
      '+12025550123%0d%0a',
      '1-800-FLOWERS',
      'bob@example.org',
      '12',
      '911',
      '112',
      '999',
      '+1\u200b2025550123',
    ],
  },
  network: () => Carrier.start(),
};

export default subject;
