import { describe, expect, test } from 'vitest';
import { automaticKind } from '../../automatic.ts';

const kindOf = (...lines: readonly string[]) => {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [name = '', ...value] = line.split(': ');
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value.join(': ')]);
  }
  return automaticKind(headers);
};

describe('a mail of a machine', () => {
  test.each([
    ['Auto-Submitted: auto-replied', 'reply'],
    ['Auto-Submitted: Auto-Replied; owner-email="a@b.example"', 'reply'],
    ['Auto-Submitted: (vacation) auto-replied', 'reply'],
    ['Precedence: auto_reply', 'reply'],
    ['X-Autoreply: yes', 'reply'],
    ['X-Autorespond: x', 'reply'],
    ['X-Autoresponder: x', 'reply'],
    ['X-MS-Exchange-Inbox-Rules-Loop: a@b.example', 'reply'],
    ['X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent', 'reply'],
    ['Auto-Submitted: auto-generated', 'notification'],
    ['Auto-Submitted: auto-notified; owner-email="a@b.example"', 'notification'],
    ['Auto-Submitted: a-word-of-tomorrow', 'notification'],
    ['Auto-Submitted: nothing', 'notification'],
    ['Auto-Submitted: ', 'notification'],
    ['Content-Type: multipart/report; report-type=delivery-status', 'notification'],
    ['Return-Path: <>', 'notification'],
    ['Return-Path: < >', 'notification'],
    ['From: Mail Delivery System <MAILER-DAEMON@b.example>', 'notification'],
    ['From: mailer-daemon@b.example', 'notification'],
    ['From: A shop <no-reply@b.example>', 'notification'],
    ['From: <donotreply@b.example>', 'notification'],
    ['From: noreply+a1@b.example', 'notification'],
    ['X-Auto-Response-Suppress: All', 'notification'],
    ['X-Auto-Response-Suppress: DR, OOF, AutoReply', 'notification'],
    ['X-FC-MachineGenerated: true', 'notification'],
    ['X-Cron-Env: <HOME=/root>', 'notification'],
    ['X-Loop: a@b.example', 'notification'],
    ['List-Id: <list.b.example>', 'list'],
    ['List-Post: <mailto:list@b.example>', 'list'],
    ['Precedence: list', 'list'],
    ['Mailing-List: contact list-help@b.example; run by ezmlm', 'list'],
    ['X-BeenThere: list@b.example', 'list'],
    ['Return-Path: <list-bounces+a=b.example@lists.example>', 'list'],
    ['Return-Path: <owner-list@lists.example>', 'list'],
    ['List-Unsubscribe: <https://b.example/u>', 'bulk'],
    ['Precedence: bulk', 'bulk'],
    ['Precedence: Junk', 'bulk'],
    ['Feedback-ID: 1:2:3:x', 'bulk'],
  ])('%s', (line, kind) => {
    expect(kindOf('From: a@b.example', line)).toBe(kind);
  });

  test('is an answer to a list before it is of the list', () => {
    expect(kindOf('Precedence: bulk', 'List-Id: <l>', 'Auto-Submitted: auto-replied')).toBe(
      'reply',
    );
    expect(kindOf('Precedence: bulk', 'List-Unsubscribe: <u>', 'List-Id: <l>')).toBe('list');
  });

  test('is known by one of many fields', () => {
    expect(kindOf('Auto-Submitted: no', 'Auto-Submitted: auto-generated')).toBe('notification');
  });
});

describe('a mail of a person', () => {
  test.each([
    'Auto-Submitted: no',
    'Auto-Submitted: No; x=y',
    'Auto-Submitted: no (a person)',
    'X-Autoreply: no',
    'X-Auto-Response-Suppress: DR, RN, NRN',
    'X-Auto-Response-Suppress: None',
    'Precedence: first-class',
    'Precedence: ',
    'Subject: Out of office',
    'Subject: Automatic reply: your mail',
    'Return-Path: <a@b.example>',
    'From: "noreply@b.example" <ann@b.example>',
    'From: Noreen <noreplyson@b.example>',
    'From: Ann <ann@noreply.example>',
    'Content-Type: multipart/mixed; boundary=multipart/report',
    'X-MS-Exchange-Organization-SCL: 1',
  ])('%s', (line) => {
    expect(kindOf('From: Ann <ann@b.example>', line)).toBeUndefined();
  });
});
