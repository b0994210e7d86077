import { JULIET } from '../support/house.ts';
import { JULIETS_ADDRESS, type MailHouse, startMailHouse } from '../support/mail-house.ts';
import { MailSenders } from '../support/mail-senders.ts';

/** A house in which Juliet has her address before she has written, and Romeo is believed. */
export async function startHouseToPourInto(): Promise<MailHouse> {
  const house = await startMailHouse({
    mail: { accounts: { [JULIET.jid]: { address: 'juliet' } } },
  });
  // His domain says that this machine may write in its name.
  house.mailer('example.com');
  return house;
}

/** Romeo, who writes to her on many connections. */
export function sendersTo(house: MailHouse): MailSenders {
  return new MailSenders({
    ...{ port: house.mailPort, from: 'romeo@example.com', to: JULIETS_ADDRESS },
  });
}
