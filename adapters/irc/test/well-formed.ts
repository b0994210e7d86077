/** What everything that a connection tells must be, whatever the server sent. */

import { expect } from 'vitest';
import type { WireEvent } from '../wire/events.ts';
import { isNick, isPerson } from '../wire/line.ts';
import type { Source } from '../wire/message.ts';

const CHANNEL = /^[^\p{Cc} ,]{2,200}$/u;
const WORD = /^[^\p{Cc} ]*$/u;
const MAX_TEXT = 16 * 1024;

/** @throws AssertionError */
export function checkEvent(event: WireEvent): void {
  switch (event.is) {
    case 'message':
    case 'notice':
    case 'action':
      checkSource(event.from);
      expect(isPerson(event.target) || CHANNEL.test(event.target)).toBe(true);
      expect(event.text).not.toMatch(/[\r\n\0]/);
      expect(event.text.includes('\x01')).toBe(false);
      expect(event.text.length).toBeLessThanOrEqual(MAX_TEXT);
      if (event.is !== 'action') expect(event.text).not.toBe('');
      break;
    case 'joined':
    case 'parted':
      checkSource(event.from);
      expect(event.channel).toMatch(CHANNEL);
      break;
    case 'kicked':
      expect(event.nick).toSatisfy(isNick);
      expect(event.channel).toMatch(CHANNEL);
      if (event.by !== undefined) checkSource(event.by);
      break;
    case 'quit':
      checkSource(event.from);
      break;
    case 'ctcp':
      checkSource(event.from);
      expect(event.tag).toMatch(/^[A-Z]{1,32}$/);
      break;
    case 'split':
      for (const source of event.gone) checkSource(source);
      break;
    case 'nick':
      checkSource(event.from);
      expect(event.to).toSatisfy(isNick);
      break;
    case 'mode':
      for (const { mode } of event.changes) expect(mode).toHaveLength([...mode].join('').length);
      break;
    case 'topic':
    case 'topic-set':
      expect(event.channel).toMatch(CHANNEL);
      break;
    case 'names':
      expect(event.channel).toMatch(CHANNEL);
      expect(event.members.length).toBeLessThanOrEqual(20_000);
      for (const { nick, modes } of event.members) {
        expect(nick).toSatisfy(isNick);
        expect(modes).toMatch(/^[A-Za-z]*$/);
      }
      break;
    case 'away':
    case 'account':
      expect(event.nick).toSatisfy(isNick);
      break;
    case 'person':
      checkSource(event.who);
      break;
    case 'invited':
      checkSource(event.by);
      expect(event.nick).toSatisfy(isNick);
      expect(event.channel).toMatch(CHANNEL);
      break;
    case 'error':
    case 'reply':
      expect(Number.isInteger(event.code)).toBe(true);
      break;
    case 'registered':
    case 'announced':
    case 'pong':
    case 'closed':
      break;
  }
}

function checkSource({ nick, user, host }: Source): void {
  expect(nick).toSatisfy(isPerson);
  expect(user).toMatch(WORD);
  expect(host).toMatch(WORD);
}
