import { describe, expect, it } from 'vitest';
import { answer } from '../../../src/commands/chat.ts';
import { COMMANDS } from '../../../src/commands/commands.ts';
import type { BareJid } from '../../../src/xmpp/jid.ts';
import { deskOn } from '../../support/desk.ts';
import { ADDRESSING, accountsOf, JULIET, PAPER } from '../../support/paper.ts';

const NURSE = 'nurse@example.org' as BareJid;
const ADMIN = 'ops@example.org' as BareJid;

function desk() {
  const accounts = accountsOf({ [JULIET]: 'one' });
  const errors: unknown[] = [];
  return {
    errors,
    accounts,
    ask: (jid: BareJid, text: string) =>
      answer(
        text,
        {
          ...{ jid, isAdmin: jid === ADMIN, transport: PAPER, domain: 'paper.example.org' },
          ...{ title: 'Paper', accounts, addressing: ADDRESSING, desk: deskOn() },
        },
        (error) => errors.push(error),
      ),
  };
}

describe('words to the gateway', () => {
  it('are all told by help', async () => {
    const help = await desk().ask(ADMIN, 'help');
    for (const { word, form, summary } of COMMANDS) {
      expect(help).toContain(`\n${form === undefined ? word : `${word} ${form}`}: ${summary}\n`);
    }
  });

  it('that are for administrators are neither told to others nor known to them', async () => {
    const { ask } = desk();
    expect(await ask(ADMIN, 'hold paper')).toContain('On hold: all that goes to paper');
    expect(await ask(NURSE, 'help')).not.toContain('hold');
    expect(await ask(NURSE, 'hold paper')).toContain('I do not know that word');
    expect(await ask(NURSE, 'queue hold paper')).toContain('for the administrators');
  });

  it.each([['WhoAmI'], [' whoami '], ['/whoami'], ['whoami please']])(
    'understands %s',
    async (text) => {
      expect(await desk().ask(JULIET, text)).toBe(`You are ${JULIET}. Your address is one.`);
    },
  );

  it('register, whoami and unregister say what has happened', async () => {
    const { ask } = desk();
    expect(await ask(NURSE, 'whoami')).toContain('not registered');
    expect(await ask(NURSE, 'register')).toBe('You are registered. Your address is new.');
    expect(await ask(NURSE, 'register')).toBe('You are registered already.');
    expect(await ask(NURSE, 'unregister')).toContain('not registered here any more');
    expect(await ask(NURSE, 'unregister')).toBe('You are not registered.');
  });

  it.each([['hello?'], ['42'], ['\u202e'], ['__proto__']])(
    'that are unknown get the list: %s',
    async (text) => {
      expect(await desk().ask(NURSE, text)).toContain('register, unregister, whoami');
    },
  );

  it('are answered when something fails', async () => {
    const { ask, accounts, errors } = desk();
    accounts.register = () => Promise.reject(new Error('store gone'));
    expect(await ask(NURSE, 'register')).toContain('try again');
    expect(errors).toHaveLength(1);
  });
});
