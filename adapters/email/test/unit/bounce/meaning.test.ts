import { expect, test } from 'vitest';
import { causeOf } from '../../../bounce/meaning.ts';

test.each([
  ['5.4.6', 'Too many hops, possible mail loop'],
  ['5.7.26', 'Rejected by the DMARC policy of example.org'],
  ['5.7.25', 'Your IP address has no PTR record'],
  ['5.1.10', 'Domain does not accept mail (null MX)'],
  ['5.7.10', 'Must issue a STARTTLS command first'],
  ['5.2.2', 'Mailbox full'],
  ['5.2.2', 'The user is over quota'],
  ['5.3.4', 'Message size exceeds fixed maximum message size'],
  ['4.4.7', 'retry timeout exceeded'],
  ['4.4.7', 'this message has been in the queue too long'],
  ['5.4.7', 'Unable to deliver message after multiple retries'],
  ['5.1.6', 'recipient no longer on server'],
  ['5.2.1', 'This account has been disabled or discontinued'],
  ['5.2.1', 'vdelivermail: account is locked'],
  ['5.1.8', 'Sender address rejected: not found'],
  ['5.1.2', 'Host or domain name not found'],
  ['5.1.2', 'Unrouteable address'],
  ['5.1.1', 'User unknown'],
  ['5.1.1', 'Unknown user romeo@example.org'],
  ['5.1.1', 'Recipient <romeo@example.org> does not exist'],
  ['5.1.1', 'No such user here'],
  ['5.1.1', 'The email account that you tried to reach does not exist'],
  ['5.1.1', 'Der Empfänger ist unbekannt'],
  ['5.7.2', 'You are not a member of this mailing list'],
  ['5.7.1', 'Client host blocked using a block list'],
  ['5.7.1', 'Relay access denied'],
  ['4.7.28', 'Too many connections from your host'],
  ['4.4.1', 'Connection timed out'],
  ['4.4.1', 'No route to host'],
  ['5.3.5', 'System config error'],
  ['5.3.0', 'Service unavailable'],
  ['5.5.1', 'Command not implemented'],
  [undefined, 'Have a look at the balcony'],
])('%s is meant by: %s', (status, words) => {
  expect(causeOf([words])?.status).toBe(status);
});

test.each([
  ['4.2.2', '452 Mailbox full'],
  ['5.4.1', '550 Connection timed out'],
  ['4.2.2', 'Mailbox full, try again later'],
  ['5.4.1', 'Connection refused: permanent failure'],
  ['5.0.0', '550 No'],
  ['4.0.0', '421 Later'],
])('the class %s is that of: %s', (status, words) => {
  expect(causeOf([words])?.status).toBe(status);
});

test.each([
  ['a number in a sentence', 'I waited 500 years for user 550 of them'],
  ['an address of the internet', 'mx.example[192.0.2.1]:550 and 5.5.5.5'],
  ['a time', 'at 23:45:50 and 04:05:50'],
  ['a version', 'Mailer 5.1.1.2, mta-5.5.0-3'],
])('%s is no answer of a server', (_, words) => {
  expect(causeOf([words])).toBeUndefined();
});

test.each([
  ['550 5.1.1 User unknown', 'User unknown'],
  ['said: 550-5.7.26 Not\r550-5.7.26 proven', 'Not proven'],
  ['<<< 550 <romeo@example.org>: unknown', '<romeo@example.org>: unknown'],
  ['550 5.7.1 \u001b[31mred\u202e', '[31mred'],
  [`550 ${'x'.repeat(900)}`, `${'x'.repeat(199)}…`],
])('the words of %j are cleaned', (words, diagnosis) => {
  expect(causeOf(words.split('\r'))?.diagnosis).toBe(diagnosis);
});
