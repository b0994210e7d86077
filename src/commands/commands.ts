/** What users can ask the gateway for: one definition a command. The chat offers each as a word. */

import type { Accounts } from '../accounts/accounts.ts';
import type { AccountLink, Addressing } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';

/** Who asks, and where. */
export interface Asked {
  readonly jid: BareJid;
  readonly domain: string;
  /** For people: "SMS". */
  readonly title: string;
  readonly accounts: Accounts;
  readonly addressing: Addressing<unknown>;
}

export interface Command {
  /** The word, lower case. */
  readonly word: string;
  /** One line for `help`. */
  readonly summary: string;
  /**
   * Resolves to the answer.
   * @throws RefusedError with the answer
   */
  run(asked: Asked): Promise<string>;
}

const help: Command = {
  word: 'help',
  summary: 'shows these words',
  run: async ({ title, domain }) =>
    [
      `This is the gateway to ${title}. Write me one of these words:`,
      ...COMMANDS.map(({ word, summary }) => `${word}: ${summary}`),
      `To write to somebody, send a message to his address followed by @${domain}. An @ in his address is written \\40 there.`,
    ].join('\n'),
};

const register: Command = {
  word: 'register',
  summary: 'gives you an address of your own on the network',
  run: async ({ jid, accounts, addressing }) =>
    `You are registered. ${addressesOf(addressing, await accounts.register(jid))}`,
};

const unregister: Command = {
  word: 'unregister',
  summary: 'gives your address back; nobody else gets it for 90 days',
  run: async ({ jid, accounts }) => {
    await accounts.unregister(jid);
    return 'You are not registered here any more. What is still sent to your former address does not reach you, but may reach the administrators.';
  },
};

const whoami: Command = {
  word: 'whoami',
  summary: 'tells what the gateway knows about you',
  run: async ({ jid, accounts, addressing }) => {
    const account = accounts.find(jid);
    return account === undefined
      ? `You are ${jid}, and not registered here. Write "register" to change that.`
      : `You are ${jid}. ${addressesOf(addressing, account)}`;
  },
};

/** The word itself is for contacts: see `sendAll` in main/words.ts. Here it is explained. */
const full: Command = {
  word: 'full',
  summary: 'sent to a contact, gives you all of his last message where a part of it is hidden',
  run: async () =>
    'Send that word to the contact whose message says that a part of it is hidden: you get all of it. The word itself is not sent on.',
};

export const COMMANDS: readonly Command[] = [help, register, unregister, whoami, full];

function addressesOf(addressing: Addressing<unknown>, account: AccountLink<unknown>): string {
  const addresses = addressing.ownAddresses(account.settings);
  if (addresses.length === 0) return 'You have no address of your own there.';
  return `Your address is ${addresses.join(', ')}.`;
}
