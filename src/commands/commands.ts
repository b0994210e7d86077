/** What users can ask the gateway for: one definition a command. The chat offers each as a word. */

import type { Accounts } from '../accounts/accounts.ts';
import type { AccountLink, Addressing, TransportId } from '../contract/index.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { Asker, Desk, MessageCommand } from './desk.ts';
import { discard } from './discard.ts';
import { whoIs } from './find.ts';
import { hold, release } from './hold.ts';
import { queue, refuseUsers } from './queue.ts';
import { retry } from './retry.ts';
import { why } from './why.ts';

/** Who asks, and where. */
export interface Asked {
  readonly jid: BareJid;
  /** To him all messages are open. */
  readonly isAdmin: boolean;
  readonly transport: TransportId;
  readonly domain: string;
  /** For people: "SMS". */
  readonly title: string;
  readonly accounts: Accounts;
  readonly addressing: Addressing<unknown>;
  readonly desk: Desk;
}

interface Command {
  /** The word, lower case. */
  readonly word: string;
  /** What follows it. */
  readonly form?: string;
  /** One line for `help`. */
  readonly summary: string;
  readonly forAdmins?: true;
  /**
   * Resolves to the answer.
   * @param words what follows the word
   * @throws RefusedError with the answer
   */
  run(asked: Asked, words: readonly string[]): Promise<string>;
}

const help: Command = {
  word: 'help',
  summary: 'shows these words',
  run: async (asked) => {
    const { title, domain } = asked;
    return [
      `This is the gateway to ${title}. Write me one of these words:`,
      ...commandsFor(asked).map(({ word, form, summary }) => {
        return `${form === undefined ? word : `${word} ${form}`}: ${summary}`;
      }),
      `To write to somebody, send a message to his address followed by @${domain}. An @ in his address is written \\40 there.`,
    ].join('\n');
  },
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

/** A command about messages as a word of the chat. */
function ofMessages<D extends Desk>(
  command: MessageCommand<D>,
  deskFor: (desk: Desk) => D,
): Command {
  const { word, form, summary, forAdmins } = command;
  return {
    ...{ word, form, summary },
    ...(forAdmins === undefined ? {} : { forAdmins }),
    async run(asked, words) {
      const asker = askerOf(asked);
      refuseUsers(command, asker);
      return (await command.run(deskFor(asked.desk), asker, { words })).text;
    },
  };
}

function askerOf({ jid, isAdmin, transport, accounts }: Asked): Asker {
  if (isAdmin) return { is: 'operator', name: jid, inChat: true };
  return { is: 'user', jid, transport, settings: accounts.find(jid)?.settings };
}

export const COMMANDS: readonly Command[] = [
  ...[help, register, unregister, whoami, full],
  ...[queue, retry, discard, hold, release].map((each) => ofMessages(each, (desk) => desk)),
  ofMessages(why, (desk) => ({
    ...desk,
    numbered: (asker: Asker, number: number) => desk.listings.numbered(whoIs(asker), number),
  })),
];

/** What this user may ask for. */
export function commandsFor({ isAdmin }: Pick<Asked, 'isAdmin'>): readonly Command[] {
  return COMMANDS.filter(({ forAdmins }) => isAdmin || forAdmins !== true);
}

function addressesOf(addressing: Addressing<unknown>, account: AccountLink<unknown>): string {
  const addresses = addressing.ownAddresses(account.settings);
  if (addresses.length === 0) return 'You have no address of your own there.';
  return `Your address is ${addresses.join(', ')}.`;
}
