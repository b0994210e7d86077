import { describe, expect, test } from 'vitest';
import { readBounce } from '../../../bounce/bounce.ts';
import { DAEMON, mail, REPORT } from './mail.ts';

function report(...fields: readonly string[]) {
  const status = ['Reporting-MTA: dns; mx.example', '', ...fields].join('\r\n');
  return readBounce(mail({ headers: REPORT, parts: { 'message/delivery-status': status } }));
}

describe('a delivery status', () => {
  test('tells who, how, and why', () => {
    expect(
      report(
        'Final-Recipient: rfc822; romeo@example.org',
        'Action: failed',
        'Status: 5.1.1',
        'Diagnostic-Code: smtp; 550 5.1.1 <romeo@example.org>:',
        '    Recipient address rejected: User unknown',
      )?.recipients,
    ).toEqual([
      {
        address: 'romeo@example.org',
        outcome: 'failed',
        status: '5.1.1',
        reply: 550,
        diagnosis: '<romeo@example.org>: Recipient address rejected: User unknown',
      },
    ]);
  });

  test.each([
    ['delayed', 'delayed'],
    ['delivered', 'delivered'],
    ['Relayed', 'relayed'],
    ['expanded', 'relayed'],
    ['failed (gave up)', 'failed'],
    ['bounced', 'failed'],
  ])('of the action "%s" is %s', (action, outcome) => {
    const read = report('Final-Recipient: rfc822; romeo@example.org', `Action: ${action}`);
    expect(read?.recipients).toMatchObject([{ address: 'romeo@example.org', outcome }]);
  });

  test('speaks of each recipient by itself', () => {
    const read = report(
      'Action: failed',
      'Final-Recipient: rfc822; romeo@example.org',
      'Status: 5.2.2',
      '',
      'Action: relayed',
      'Final-Recipient: rfc822; tybalt@example.org',
      'Status: 2.0.0',
    );
    expect(read?.recipients).toEqual([
      { address: 'romeo@example.org', outcome: 'failed', status: '5.2.2' },
      { address: 'tybalt@example.org', outcome: 'relayed', status: '2.0.0' },
    ]);
  });

  test.each([
    ['a vague status', '5.0.0', '550 5.7.1 Rejected', '5.7.1'],
    ['its own summary', '4.4.7', '450 4.7.1 Access denied', '4.7.1'],
    ['another class', '4.0.0', '550 5.1.1 User unknown', '5.1.1'],
    ['no class of a reply alone', '4.0.0', '554 No such user here', '4.1.1'],
    ['nothing without words', '5.0.0', '', '5.0.0'],
    ['a vague status by words', '5.0.0', '550 Unknown user romeo@example.org', '5.1.1'],
    ['an address in the words', '5.0.0', '550 host 192.5.5.1 said no', '5.0.0'],
  ])('lets the server correct %s', (_, stated, words, status) => {
    const read = report(
      'Final-Recipient: rfc822; romeo@example.org',
      'Action: failed',
      `Status: ${stated}`,
      `Diagnostic-Code: smtp; ${words}`,
    );
    expect(read?.recipients[0]?.status).toBe(status);
  });

  test('prefers the address that the sender wrote', () => {
    const read = report(
      'Original-Recipient: rfc822;list@example.org',
      'Final-Recipient: rfc822;romeo@example.net',
      'Action: failed',
      'Status: 5.1.1',
    );
    expect(read?.recipients[0]?.address).toBe('list@example.org');
  });

  test('is found in the text as well', () => {
    const text =
      'An error occurred.\n\nAction: failed\nFinal-Recipient: rfc822; a@b.example\nStatus: 5.3.5';
    expect(readBounce(mail({ headers: DAEMON, text }))?.recipients).toEqual([
      { address: 'a@b.example', outcome: 'failed', status: '5.3.5' },
    ]);
  });
});

const texts: readonly (readonly [server: string, status: string, text: string])[] = [
  [
    'qmail',
    '5.1.1',
    `Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<romeo@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)`,
  ],
  [
    'Postfix',
    '5.2.2',
    `This is the mail system at host mx.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<romeo@example.org>: host mx.example.org[192.0.2.1] said: 552 5.2.2
    Mailbox full (in reply to RCPT TO command)`,
  ],
  [
    'Exim',
    '5.1.2',
    `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  romeo@example.org
    Unrouteable address`,
  ],
  [
    'Exim, after days',
    '4.4.7',
    `A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

  romeo@example.org
    all hosts have been failing for a long time`,
  ],
  [
    'sendmail',
    '5.1.1',
    `   ----- The following addresses had permanent fatal errors -----
<romeo@example.org>

   ----- Transcript of session follows -----
... while talking to mx.example.org.:
>>> RCPT To:<romeo@example.org>
<<< 550 5.1.1 <romeo@example.org>... User unknown
550 <romeo@example.org>... User unknown`,
  ],
  [
    'Gmail',
    '5.7.1',
    `Delivery to the following recipient failed permanently:

     romeo@example.org

Technical details of permanent failure:
The error that the other server returned was:
550 550 5.7.1 Message refused`,
  ],
  [
    'Yahoo',
    '5.2.1',
    `Sorry, we were unable to deliver your message to the following address.

<romeo@example.org>:
Remote host said:
550 5.2.1 <romeo@example.org>... Mailbox disabled
[RCPT_TO]`,
  ],
  [
    'Exchange, in German',
    '5.1.10',
    `Ihre Nachricht konnte nicht zugestellt werden.

romeo@example.org<mailto:romeo@example.org>
Die E-Mail-Adresse wurde nicht gefunden.

Diagnoseinformationen für Administratoren:
Generierender Server: MX.example
romeo@example.org
#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found ##`,
  ],
  [
    'Exchange of old',
    '5.1.1',
    `Your message

  To:      romeo@example.org
  Subject: Balcony

did not reach the following recipient(s):

romeo@example.org on Thu, 29 Apr 2007 16:51:51 -0500
    The recipient name is not recognized`,
  ],
  [
    'Notes',
    '5.1.1',
    `------- Failure Reasons  --------

User not listed in public Name & Address Book
romeo@example.org`,
  ],
  [
    'MDaemon',
    '5.2.2',
    `The following recipient(s) could not be reached:
    romeo@example.org
      Reason: 552 5.2.2 over quota`,
  ],
  [
    'Zoho',
    '5.2.1',
    `A message that you sent could not be delivered to one or more of its recipients.

romeo@example.org Invalid Address, ERROR_CODE :550, ERROR_CODE :5.2.1 User Unknown`,
  ],
  ['IMail', '5.2.2', 'User mailbox exceeds allowed size: romeo@example.org'],
  [
    'Courier',
    '5.1.1',
    `This is a delivery status notification from mx.example.

UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<romeo@example.org>:
    mx.example.org [192.0.2.1]:
>>> RCPT TO:<romeo@example.org>
<<< 550 User unknown.`,
  ],
];

const HEADER = `Received: from gateway.example by mx.example; Thu, 1 Jan 2026 00:00:00 +0000
Message-ID: <p.1@gateway.example>
From: juliet@gateway.example
To: romeo@example.org
Subject: Balcony`;

describe('the text of', () => {
  test.each(texts)('%s means %s', (_, status, text) => {
    const copy = `${text}\n\n----- Original message -----\n\n${HEADER}\n\n550 5.9.9 no part of it`;
    expect(readBounce(mail({ headers: DAEMON, text: copy }))).toEqual({
      recipients: [
        expect.objectContaining({ address: 'romeo@example.org', outcome: 'failed', status }),
      ],
      original: { messageId: 'p.1@gateway.example' },
    });
  });

  test('several recipients gives each its own', () => {
    const text = `An error has occurred while attempting to deliver a message:

romeo@example.org: 550 5.2.2 <romeo@example.org>... Mailbox Full
tybalt@example.org: 550 5.1.1 <tybalt@example.org>... User Unknown`;
    expect(readBounce(mail({ headers: DAEMON, text }))?.recipients).toMatchObject([
      { address: 'romeo@example.org', status: '5.2.2' },
      { address: 'tybalt@example.org', status: '5.1.1' },
    ]);
  });

  test.each([
    [
      'Gmail',
      '4.0.0',
      `THIS IS A WARNING MESSAGE ONLY.

Delivery to the following recipient has been delayed:

     romeo@example.org

Message will be retried for 2 more day(s)`,
    ],
    [
      'Exim',
      '4.4.1',
      `A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The address to which the message has not yet been delivered is:

  romeo@example.org
    Delay reason: connection timed out

Delivery attempts will continue for some time. Eventually the mail delivery software will
give up, and when that happens, the message will be returned to you.`,
    ],
    [
      'sendmail',
      '4.0.0',
      `    **      THIS IS A WARNING MESSAGE ONLY      **

   ----- The following addresses had transient non-fatal errors -----
<romeo@example.org>

   ----- Transcript of session follows -----
451 romeo@example.org: please wait
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old`,
    ],
  ])('a warning of %s is a delay', (_, status, text) => {
    expect(readBounce(mail({ headers: DAEMON, text }))?.recipients).toEqual([
      expect.objectContaining({ address: 'romeo@example.org', outcome: 'delayed', status }),
    ]);
  });

  test('a language that nobody here reads still fails, by its header', () => {
    const headers = { ...DAEMON, 'x-failed-recipients': 'romeo@example.org, tybalt@example.org' };
    const text = 'Skupina, kterou se pokoušíte kontaktovat, pravděpodobně neexistuje.';
    expect(readBounce(mail({ headers, text }))?.recipients).toEqual([
      { address: 'romeo@example.org', outcome: 'failed', status: '5.0.0' },
      { address: 'tybalt@example.org', outcome: 'failed', status: '5.0.0' },
    ]);
  });

  test('SES in JSON is read, though a server broke its line', () => {
    const text = `{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"romeo@example.org","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"head!
 ersTruncated":false}}`;
    const headers = { from: 'no-reply@sns.amazonaws.com', subject: 'AWS Notification Message' };
    expect(readBounce(mail({ headers, text }))?.recipients).toMatchObject([
      { address: 'romeo@example.org', outcome: 'failed', status: '5.1.1', reply: 550 },
    ]);
  });
});

describe('the mail that came back', () => {
  const status = 'Final-Recipient: rfc822; romeo@example.org\nAction: failed\nStatus: 5.1.1';
  const original = (headers: Record<string, string>, parts: Record<string, string>) =>
    readBounce(mail({ headers: { ...REPORT, ...headers }, parts }))?.original;

  test.each(['message/rfc822', 'text/rfc822-headers', 'message/global', 'text/plain'])(
    'is known by its id in a part of %s',
    (type) => {
      const parts = { 'message/delivery-status': status, [type]: `${HEADER}\n\nO Romeo` };
      expect(original({}, parts)).toEqual({ messageId: 'p.1@gateway.example' });
    },
  );

  test('is known by the thread, and by the id of its envelope', () => {
    const parts = { 'message/delivery-status': `Original-Envelope-Id: e.1\n\n${status}` };
    expect(original({ 'in-reply-to': '<p.1@gateway.example>' }, parts)).toEqual({
      messageId: 'p.1@gateway.example',
      envelopeId: 'e.1',
    });
  });

  test('is not known by the id of the bounce', () => {
    const parts = { 'message/delivery-status': status };
    expect(original({ 'message-id': '<bounce@mx.example>' }, parts)).toBeUndefined();
  });
});

describe('no bounce', () => {
  const BOUNCE = texts[1]?.[2] ?? '';

  test.each([
    [
      'an abuse report',
      { ...DAEMON, 'content-type': 'multipart/report; report-type="feedback-report"' },
      'Your message could not be delivered to <romeo@example.org>: 550 5.7.1 spam',
    ],
    [
      'a read receipt',
      { ...DAEMON, 'content-type': 'multipart/report; report-type=disposition-notification' },
      'Your message was displayed. It could not be delivered elsewhere.',
    ],
    [
      'a vacation note',
      { 'return-path': '<>', from: 'romeo@example.org', subject: 'Automatic reply: Balcony' },
      'I am away until Friday. Your mail was not delivered to anybody else.\n\nBoss: tybalt@example.org',
    ],
    [
      'a vacation note of a full mailbox',
      {
        'return-path': '<>',
        from: 'romeo@example.org',
        subject: 'Returned from holiday on Monday',
      },
      'I am away and will be back on Monday 5.4.1. My mailbox is full.',
    ],
    [
      'whoever has left',
      { 'return-path': '<>', from: 'Romeo <romeo@example.org>', subject: 'Undeliverable: I left' },
      'Your message could not be delivered to romeo@example.org: user unknown.',
    ],
    [
      'a question whether one is a person',
      { 'return-path': '<>', from: 'romeo@example.org', subject: 'Message delivery delayed' },
      'Your message to romeo@example.org has been delayed until you confirm it.',
    ],
    [
      'a person who asks about one',
      { 'return-path': '<a@b.example>', from: 'a@b.example', subject: 'Delivery failure?' },
      `What is this?\n\n${BOUNCE}`,
    ],
    [
      'a postmaster who answers by hand',
      { 'return-path': '<p@b.example>', from: 'postmaster@b.example', subject: 'Re: Balcony' },
      'We looked into it: your message was not delivered for a fault of ours.',
    ],
    [
      'a list on which one is discussed',
      {
        'return-path': '<list-bounces@lists.example>',
        from: 'a@b.example',
        'list-id': '<users.lists.example>',
        subject: 'Undelivered Mail Returned to Sender',
      },
      BOUNCE,
    ],
    [
      'a parcel',
      {
        'return-path': '<x@shop.example>',
        from: 'no-reply@shop.example',
        subject: 'Delivery failed',
      },
      'Your parcel could not be delivered: address not found.',
    ],
    ['an empty mail', {}, ''],
  ])('%s', (_, headers, text) => {
    expect(readBounce(mail({ headers, text }))).toBeUndefined();
  });

  test('a forwarded delivery status', () => {
    const headers = { 'return-path': '<a@b.example>', from: 'a@b.example', subject: 'Fwd: look' };
    const parts = {
      'message/delivery-status': 'Final-Recipient: rfc822; c@d.example\nAction: failed',
    };
    expect(readBounce(mail({ headers, parts }))).toBeUndefined();
  });
});
