import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listening } from '../listening.ts';

const run = promisify(execFile);

test.each([
  ['smtp', 'ESMTP'],
  ['lmtp', 'LMTP'],
])('swaks sends a mail by %s', async (protocol, spoken) => {
  const { house, port } = await listening({ protocol });
  const text = 'Dots:\n.\n..\nand Grüße';
  await run('swaks', [
    ...['--server', `127.0.0.1:${port}`, '--protocol', spoken, '--helo', 'far.example'],
    ...['--from', 'bob@far.example', '--to', 'juliet@mail.example,romeo+x@mail.example'],
    ...['--header', 'Subject: Hi', '--body', text],
  ]);
  expect(house.kept).toHaveLength(1);
  const [mail] = house.kept;
  expect(mail?.envelope).toMatchObject({
    mailFrom: 'bob@far.example',
    recipients: ['juliet@mail.example', 'romeo+x@mail.example'],
    helo: 'far.example',
    protocol,
  });
  const raw = Buffer.from(mail?.raw ?? '', 'latin1').toString();
  expect(raw).toContain(`\r\n\r\n${text.replaceAll('\n', '\r\n')}\r\n`);
  expect(raw.startsWith('Date: ')).toBe(true);
});

test('swaks is told which recipient is not here', async () => {
  const { house, port } = await listening();
  const sent = run('swaks', ['--server', `127.0.0.1:${port}`, '--to', 'nobody@mail.example']);
  await expect(sent).rejects.toMatchObject({
    stdout: expect.stringContaining('<** 550 5.1.1 nobody has this address here'),
  });
  expect(house.kept).toEqual([]);
});

test('smtp-source keeps ten connections busy, and every mail is kept once', async () => {
  const { house, port } = await listening();
  const addresses = ['-f', 'bob@far.example', '-t', 'juliet@mail.example', '-M', 'far.example'];
  const load = ['-s', '10', '-m', '1000', '-l', '2000', '-d'];
  await run('smtp-source', [...load, ...addresses, `127.0.0.1:${port}`]);
  expect(house.kept).toHaveLength(1000);
  expect(new Set(house.kept.map(({ raw }) => /^Message-Id.*/im.exec(raw)?.[0])).size).toBe(1000);
});
