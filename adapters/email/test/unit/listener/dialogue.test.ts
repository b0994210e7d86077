import { NotKeptError } from 'postern/adapter';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { listening, MAIL } from '../../listening.ts';

const OK = '250 OK: stored';
const AWAY = '421 4.3.2 shutting down, come again';

describe('a mail', () => {
  test('is acknowledged once it is kept, byte for byte, with its envelope', async () => {
    const { house, client } = await listening();
    const one = await client();
    expect(await one.reply()).toBe('220 mx.mail.example ESMTP');
    expect(await one.say('EHLO Far.Example')).toBe(
      '250-mx.mail.example\n250-PIPELINING\n250-8BITMIME\n250-SMTPUTF8\n250 SIZE 10485760',
    );
    const before = Date.now();
    const store = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    house.store = () => {
      arrived.resolve();
      return store.promise;
    };
    const mail = `${MAIL}\0\xe4\xff\r\n.. of two\r\n...\r\n`;
    const answer = one.send(mail, 'Bob@Far.Example', [
      'Juliet@MAIL.example',
      'romeo+tag@mail.example',
    ]);
    await arrived.promise;
    store.resolve();
    expect(await answer).toBe(OK);
    expect(house.kept).toHaveLength(1);
    const [kept] = house.kept;
    expect(kept?.raw).toBe(`${MAIL}\0\xe4\xff\r\n. of two\r\n..\r\n`);
    expect(kept?.envelope).toMatchObject({
      v: 1,
      mailFrom: 'Bob@far.example',
      recipients: ['juliet@mail.example', 'romeo+tag@mail.example'],
      remoteAddress: '127.0.0.1',
      helo: 'far.example',
      protocol: 'smtp',
      tls: false,
      smtputf8: false,
    });
    expect(kept?.envelope.receivedAt).toBeGreaterThanOrEqual(before);
    expect(kept?.eventId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('has no answer before it is kept', async () => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    const store = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    house.store = () => {
      arrived.resolve();
      return store.promise;
    };
    const seen: string[] = [];
    const answer = one.send().then((reply) => seen.push(reply));
    await arrived.promise;
    // Another connection is served in full meanwhile: so there was time for a wrong answer.
    house.store = async () => {};
    const other = await client();
    await other.hello();
    expect(await other.send()).toBe(OK);
    expect(seen).toEqual([]);
    store.resolve();
    await answer;
    expect(seen).toEqual([OK]);
  });

  test.each([
    ['full', '452 4.3.1'],
    ['down', '451 4.3.0'],
    ['stopping', '421 4.3.2'],
  ] as const)(
    'is refused at MAIL FROM, and at its end, when the store is %s',
    async (intake, code) => {
      const { house, client } = await listening();
      const one = await client();
      await one.hello();
      house.store = async () => {
        throw new NotKeptError(intake);
      };
      expect(await one.send()).toContain(code);
      const other = await client();
      await other.hello();
      house.intake = intake;
      expect(await other.say('MAIL FROM:<bob@far.example>')).toContain(code);
      expect(house.kept).toEqual([]);
    },
  );

  test('is refused for now when nobody knows why it was not kept, without a word of it in the log', async () => {
    const { house, client } = await listening();
    house.store = async () => {
      throw new Error('could not write Hello');
    };
    const one = await client();
    await one.hello();
    expect(await one.send()).toBe('451 4.3.0 mail can not be stored now, come again');
    expect(house.said).toEqual(['a mail could not be stored {}']);
  });

  test('is the same event when it is sent again, and another one for others, or with another text', async () => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    const [juliet, romeo] = ['juliet@mail.example', 'romeo@mail.example'];
    const from = 'bob@far.example';
    for (const [mail, to] of [
      [MAIL, [juliet, romeo]],
      [`Received: by x\r\n${MAIL}`, [romeo, juliet, juliet]],
      [MAIL, [juliet]],
      [`${MAIL}\r\n`, [juliet]],
      [MAIL.replace('<1@', '<2@'), [juliet]],
      [MAIL.replace(/Message-ID.*\r\n/, ''), [juliet]],
    ] as const) {
      expect(await one.send(mail, from, [...to])).toBe(OK);
    }
    const [first, again, ...others] = house.kept.map(({ eventId }) => eventId);
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(5);
    expect(others.at(-1)).toBeUndefined();
  });

  test('without an end is never kept', async () => {
    const { house, client } = await listening();
    const one = await client();
    await one.hello();
    for (const line of ['MAIL FROM:<>', 'RCPT TO:<juliet@mail.example>', 'DATA']) {
      await one.say(line);
    }
    await one.segment(`${MAIL}.`);
    one.socket.end();
    expect(await one.rest()).toEqual([]);
    const other = await client();
    await other.hello();
    expect(await other.send(MAIL.replace('Hello', 'Again'))).toBe(OK);
    expect(house.kept.map(({ raw }) => raw.slice(-7))).toEqual(['Again\r\n']);
    expect(house.said).toEqual(['a connection was gone before the end of its mail {}']);
  });

  test('that is too big is refused, whether it says so or not, and the next one is taken', async () => {
    const { house, client } = await listening({ maxBytes: 64 * 1024 });
    const one = await client();
    await one.hello();
    expect(await one.say('MAIL FROM:<a@b.example> SIZE=65537')).toMatch(/^552 /);
    const filled = (bytes: number) => `${MAIL}${'x'.repeat(bytes - MAIL.length - 2)}\r\n`;
    expect(await one.send(filled(64 * 1024 + 1))).toBe('552 5.3.4 this mail is too big');
    expect(await one.send(filled(64 * 1024))).toBe(OK);
    expect(house.kept).toHaveLength(1);
  });
});

describe('LMTP', () => {
  test('has one answer for each recipient that was taken, a repeated one too', async () => {
    const { house, client } = await listening({ protocol: 'lmtp' });
    const one = await client();
    expect(await one.reply()).toBe('220 mx.mail.example LMTP');
    expect(await one.say('EHLO far.example')).toMatch(/^500 /);
    await one.say('LHLO far.example');
    await one.say('MAIL FROM:<bob@far.example>');
    for (const [user, code] of [
      ['juliet', 250],
      ['nobody', 550],
      ['JULIET', 250],
      ['romeo', 250],
    ] as const) {
      expect(await one.say(`RCPT TO:<${user}@mail.example>`)).toMatch(new RegExp(`^${code} `));
    }
    await one.say('DATA');
    one.write(`${MAIL}.\r\n`);
    expect([await one.reply(), await one.reply(), await one.reply()]).toEqual([OK, OK, OK]);
    expect(await one.say('NOOP')).toBe('250 OK');
    expect(house.kept.map(({ envelope }) => [envelope.protocol, envelope.recipients])).toEqual([
      ['lmtp', ['juliet@mail.example', 'romeo@mail.example']],
    ]);
  });

  test('has the refusal as often', async () => {
    const { house, client } = await listening({ protocol: 'lmtp' });
    const one = await client();
    await one.hello('LHLO');
    house.store = async () => {
      throw new NotKeptError('down');
    };
    const to = ['juliet@mail.example', 'romeo@mail.example'];
    expect(await one.send(MAIL, 'bob@far.example', to)).toMatch(/^451 4\.3\.0/);
    expect(await one.reply()).toMatch(/^451 4\.3\.0/);
    expect(await one.send('no header\r\n', 'bob@far.example', to)).toMatch(/^550 5\.6\.0/);
    expect(await one.reply()).toMatch(/^550 5\.6\.0/);
    expect(await one.say('NOOP')).toBe('250 OK');
    expect(house.kept).toEqual([]);
  });
});

describe('commands', () => {
  test('that tell who is here, or would log in, or are old jokes, do nothing', async () => {
    const { client } = await listening();
    const one = await client();
    await one.hello();
    expect(await one.say('VRFY juliet')).toMatch(/^252 /);
    for (const line of [
      'EXPN all',
      'ETRN far.example',
      'AUTH PLAIN AGEAYQ==',
      'WIZ x',
      'STARTTLS',
    ]) {
      expect(await one.say(line)).toBe('500 Error: command not recognized');
    }
  });

  test('that are too long end the connection', async () => {
    const { client } = await listening();
    const one = await client();
    await one.hello();
    one.write(`NOOP ${'x'.repeat(5000)}`);
    expect(await one.rest()).toEqual(['421 Error: Command line too long']);
  });

  test('before the greeting end the connection', async () => {
    const { client } = await listening();
    const one = await client();
    one.write('EHLO far.example\r\n');
    expect(await one.rest()).toEqual(['421 mx.mail.example You talk too soon']);
  });
});

describe('who holds a connection for ten minutes', () => {
  test('without a mail, or with one that does not end, is sent away; who began later is not', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { house, client } = await listening();
    const [idle, slow, late] = [await client(), await client(), await client()];
    for (const one of [idle, slow, late]) await one.hello();
    for (const line of ['MAIL FROM:<>', 'RCPT TO:<juliet@mail.example>', 'DATA']) {
      await slow.say(line);
    }
    vi.advanceTimersByTime(9 * 60_000);
    for (const line of ['NOOP', 'RSET']) expect(await idle.say(line)).toMatch(/^250 /);
    await slow.segment(MAIL);
    expect(await late.say('MAIL FROM:<bob@far.example>')).toBe('250 Accepted');
    vi.advanceTimersByTime(2 * 60_000);
    const away = '421 4.4.2 this takes too long';
    expect(await idle.rest()).toEqual([away]);
    expect(await slow.rest()).toEqual([away]);
    await late.say('RSET');
    expect(await late.send(MAIL.replace('Hello', 'Late'))).toBe(OK);
    expect(house.kept.map(({ raw }) => raw.slice(-6))).toEqual(['Late\r\n']);
  });
});

describe('when it stops', () => {
  test('who is idle is sent away, a mail that is coming in goes on, and then its sender is sent away', async () => {
    const { house, listener, client } = await listening();
    const [idle, busy] = [await client(), await client()];
    await idle.hello();
    await busy.hello();
    for (const line of ['MAIL FROM:<>', 'RCPT TO:<juliet@mail.example>', 'DATA'])
      await busy.say(line);
    await busy.segment(MAIL);
    house.stopping.abort();
    expect(await idle.rest()).toEqual([AWAY]);
    const late = await client();
    expect(await late.rest()).toEqual([AWAY]);
    const stopped = listener.stop();
    busy.write('.\r\n');
    expect(await busy.rest()).toEqual([OK, AWAY]);
    await stopped;
    expect(house.kept).toHaveLength(1);
    await expect(client()).rejects.toThrow('ECONNREFUSED');
  });

  test('mails that are stored in one moment have their answers before their senders are sent away', async () => {
    const { house, client } = await listening();
    const store = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    let count = 0;
    house.store = async () => {
      count += 1;
      const place = count;
      if (count === 10) arrived.resolve();
      await store.promise;
      // One after another within the same moment: an end falls into every step of another mail.
      for (let step = 0; step < place; step += 1) await Promise.resolve();
    };
    const clients = await Promise.all(Array.from({ length: 10 }, client));
    for (const one of clients) await one.hello();
    const answers = clients.map((one) => one.send());
    await arrived.promise;
    house.stopping.abort();
    store.resolve();
    expect(await Promise.all(answers)).toEqual(Array(10).fill(OK));
    for (const one of clients) expect(await one.rest()).toEqual([AWAY]);
  });

  test('it waits until what came in whole is kept, also for one who is gone', async () => {
    const { house, listener, client } = await listening();
    const one = await client();
    await one.hello();
    const store = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    house.store = () => {
      arrived.resolve();
      return store.promise;
    };
    void one.send();
    await arrived.promise;
    one.destroy();
    const stopped = listener.stop().then(() => house.kept.length);
    store.resolve();
    expect(await stopped).toBe(1);
  });
});

test('a port that is taken is an error', async () => {
  const { port } = await listening();
  await expect(listening({ listen: `127.0.0.1:${port}` })).rejects.toThrow('EADDRINUSE');
});
