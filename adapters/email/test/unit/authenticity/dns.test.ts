import { describe, expect, test } from 'vitest';
import { openDns } from '../../../authenticity/dns.ts';
import { world } from './stage.ts';

async function failure(running: Promise<unknown>): Promise<unknown> {
  return await running.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('answers', () => {
  test('have the form of node:dns', async () => {
    const { dns } = await world({
      'a.example': { TXT: ['x'.repeat(300)], A: ['192.0.2.1'], MX: ['mx.example'] },
    });
    expect(await dns.resolve('a.example', 'TXT')).toEqual([['x'.repeat(255), 'x'.repeat(45)]]);
    expect(await dns.resolve('a.example', 'A')).toEqual(['192.0.2.1']);
    expect(await dns.resolve('a.example', 'MX')).toMatchObject([{ exchange: 'mx.example' }]);
  });

  test('are asked for once', async () => {
    const { stub, dns } = await world({ 'a.example': { TXT: ['x'] } });
    await Promise.all([dns.resolve('a.example', 'TXT'), dns.resolve('A.example', 'TXT')]);
    await dns.resolve('a.example', 'TXT');
    for (const type of ['MX', 'MX']) {
      expect(await failure(dns.resolve('a.example', type))).toMatchObject({ code: 'ENODATA' });
      expect(await failure(dns.resolve('b.example', type))).toMatchObject({ code: 'ENOTFOUND' });
    }
    expect(stub.questions).toEqual(['TXT a.example', 'MX a.example', 'MX b.example']);
  });

  test('are forgotten when there are too many', async () => {
    const { stub, dns } = await world();
    stub.everyName = { A: ['192.0.2.1'] };
    const names = Array.from({ length: 1_001 }, (_, at) => `n${at}.example`);
    for (const name of names) await dns.resolve(name, 'A');
    await dns.resolve('n1000.example', 'A');
    await dns.resolve('n0.example', 'A');
    expect(stub.asked('A n1000.example')).toBe(1);
    expect(stub.asked('A n0.example')).toBe(2);
  });

  test('count for nothing when they are too large', async () => {
    const { dns } = await world({ 'a.example': { TXT: ['x'.repeat(20_000)] } });
    expect(await failure(dns.resolve('a.example', 'TXT'))).toMatchObject({ code: 'ENODATA' });
  });
});

describe('no answer', () => {
  test('is not remembered', async () => {
    const { stub, dns } = await world({ 'a.example': 'servfail' });
    expect(await failure(dns.resolve('a.example', 'TXT'))).toMatchObject({ code: 'ESERVFAIL' });
    stub.set('a.example', { TXT: ['x'] });
    expect(await dns.resolve('a.example', 'TXT')).toEqual([['x']]);
  });

  test('is waited for as long as was said, by all servers together', async () => {
    const { stub } = await world();
    stub.everyName = 'silence';
    const dns = openDns([stub.server, stub.server], { eachMs: 100 });
    expect(await failure(dns.resolve('a.example', 'TXT'))).toMatchObject({ code: 'ETIMEOUT' });
  });
});

test('what can be no name is not asked for', async () => {
  const { stub, dns } = await world({ 'evil.example': { TXT: ['x'] } });
  stub.everyName = { TXT: ['x'] };
  const names = ['', 'evil.example\0.bank.example', 'é.example', 'a b.example', 'a..example'];
  for (const name of [...names, `${'x'.repeat(64)}.example`]) {
    expect(await failure(dns.resolve(name, 'TXT'))).toMatchObject({ code: 'ENOTFOUND' });
  }
  expect(stub.questions).toEqual([]);
});
