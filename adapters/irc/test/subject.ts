import type { AdapterUnderTest } from 'postern/adapter/testing';
import definition from '../index.ts';
import { PlayedNetwork } from './played-network.ts';

/** This adapter, for the checks of the contract. */
const subject: AdapterUnderTest = {
  definition,
  addresses: {
    same: [
      ['#garden%test', '#Garden%Test', ' #garden%test ', '#GARDEN%127.0.0.1'],
      ['romeo%test', 'Romeo%TEST', 'romeo%127.0.0.1'],
      ['#100%sure%test', '#100%SURE%test'],
      ['&local%test'],
      ['[romeo]`^%test'],
      ['#кафе%test'],
    ],
    malformed: [
      '',
      ' ',
      '%',
      'test',
      '%test',
      '#%test',
      'romeo',
      '#garden',
      'romeo%',
      'romeo%other',
      '#garden%irc.example.net',
      '#garden%test:6667',
      '0%test',
      '#a,#b%test',
      '#a #b%test',
      'romeo,mercutio%test',
      'romeo mercutio%test',
      'romeo!romeo@verona.example%test',
      '@#garden%test',
      '+romeo romeo%test',
      '$*.example%test',
      '*%test',
      ':romeo%test',
      'irc.example%test',
      '#garden\r\nQUIT%test',
      'romeo\r\nJOIN #secret%test',
      'romeo\u0000%test',
      '\u0001romeo%test',
      '\u202aromeo%test',
      'ro\u200bmeo%test',
      'romeo\u00a0%test',
      `#${'g'.repeat(200)}%test`,
      `${'r'.repeat(129)}%test`,
      'romeo%__proto__',
      'romeo%constructor',
    ],
  },
  network: () => PlayedNetwork.start(),
};

export default subject;
