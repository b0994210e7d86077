/** What a server says about itself by 005, RPL_ISUPPORT (draft-hardy-irc-isupport-00). */

import { type CaseMapping, caseMapping } from '../text/case.ts';

/** A rank in a channel: its mode (`o`) and the sign before a nick (`@`). */
interface Rank {
  readonly mode: string;
  readonly sign: string;
}

export interface Features {
  readonly network: string;
  readonly caseMapping: CaseMapping;
  readonly channelTypes: string;
  /** The highest first. */
  readonly ranks: readonly Rank[];
  /** Letters of the modes that are lists, always have, when set have, and never have a parameter. */
  readonly channelModes: { readonly list: string; readonly always: string; readonly set: string };
  /** The signs with which only a part of a channel can be addressed. */
  readonly statusSigns: string;
  readonly nickLength: number;
  /** Of `nick!user@host`, as far as it says. */
  readonly userLength: number;
  readonly hostLength: number;
  readonly topicLength: number;
  readonly awayLength: number;
  readonly kickLength: number;
  /** Bytes of a line, its CR LF too. */
  readonly lineLength: number;
  /** How many channels one JOIN may ask for. */
  readonly joinTargets: number;
  /** Whether WHO can be asked for accounts. */
  readonly whox: boolean;
}

/** Before a 005, and where one says nothing else. Lengths are of RFC 2812 or what most servers have. */
export const FIRST_FEATURES: Features = {
  network: '',
  caseMapping: 'rfc1459',
  channelTypes: '#&',
  ranks: [
    { mode: 'o', sign: '@' },
    { mode: 'v', sign: '+' },
  ],
  channelModes: { list: 'beI', always: 'k', set: 'l' },
  statusSigns: '',
  nickLength: 30,
  userLength: 12,
  hostLength: 63,
  topicLength: 300,
  awayLength: 200,
  kickLength: 200,
  lineLength: 512,
  joinTargets: 10,
  whox: false,
};

const MAX_WORD = 100;

/** @param params of a 005: our nick, tokens, and words for people */
export function withFeatures(features: Features, params: readonly string[]): Features {
  let now = features;
  for (const token of params.slice(1, -1)) now = { ...now, ...changeOf(token) };
  return now;
}

function changeOf(token: string): Partial<Features> {
  const [, minus, name = '', raw = ''] = /^(-?)([A-Z0-9]+)(?:=(.*))?$/.exec(token) ?? [];
  const value = unescaped(raw).slice(0, MAX_WORD);
  const read = READERS[name];
  if (read === undefined) return {};
  if (minus === '') return read(value);
  // "No longer": as if it had never been said.
  const keys = Object.keys(read('')) as (keyof Features)[];
  return Object.fromEntries(keys.map((key) => [key, FIRST_FEATURES[key]]));
}

const READERS: Readonly<Record<string, (value: string) => Partial<Features>>> = {
  NETWORK: (value) => ({ network: value.replace(/\p{Cc}/gu, '') }),
  CASEMAPPING: (value) => ({ caseMapping: caseMapping(value) }),
  CHANTYPES: (value) => ({ channelTypes: signs(value) }),
  PREFIX: (value) => ({ ranks: ranksOf(value) }),
  STATUSMSG: (value) => ({ statusSigns: signs(value) }),
  CHANMODES: (value) => {
    const [list = '', always = '', set = ''] = value.split(',');
    return { channelModes: { list, always, set } };
  },
  NICKLEN: (value) => ({ nickLength: length(value, 1, 100, FIRST_FEATURES.nickLength) }),
  USERLEN: (value) => ({ userLength: length(value, 1, 100, FIRST_FEATURES.userLength) }),
  HOSTLEN: (value) => ({ hostLength: length(value, 1, 255, FIRST_FEATURES.hostLength) }),
  TOPICLEN: (value) => ({ topicLength: length(value, 0, 4000, FIRST_FEATURES.topicLength) }),
  AWAYLEN: (value) => ({ awayLength: length(value, 0, 4000, FIRST_FEATURES.awayLength) }),
  KICKLEN: (value) => ({ kickLength: length(value, 0, 4000, FIRST_FEATURES.kickLength) }),
  LINELEN: (value) => ({ lineLength: length(value, 512, 4096, FIRST_FEATURES.lineLength) }),
  TARGMAX: (value) => ({ joinTargets: joinTargets(value) }),
  WHOX: () => ({ whox: true }),
};

function unescaped(value: string): string {
  return value.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function length(value: string, least: number, most: number, usual: number): number {
  return /^\d{1,6}$/.test(value) ? Math.min(Math.max(Number(value), least), most) : usual;
}

/** `PRIVMSG:4,JOIN:2,NAMES:`; without a number there is no limit. */
function joinTargets(value: string): number {
  const [, most = ''] = /(?:^|,)JOIN:(\d*)/.exec(value) ?? [];
  return length(most, 1, FIRST_FEATURES.joinTargets, FIRST_FEATURES.joinTargets);
}

/** `(ov)@+` */
function ranksOf(value: string): readonly Rank[] {
  const [, modes = '', marks = ''] = /^\(([A-Za-z]*)\)(.*)$/.exec(value) ?? [];
  const known = [...signs(marks)].map((sign, index) => ({ sign, mode: modes[index] ?? '' }));
  return known.filter(({ mode }) => mode !== '');
}

/** Nothing that a name could begin with, and nothing that ends a word. */
function signs(value: string): string {
  return value.replace(/[^!-/:-@[-`{-~]|[,:\s]/g, '').slice(0, 20);
}
