import { Resolver } from 'node:dns/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startDns, type Zone } from '../../support/peers/dns.ts';

async function resolver(zone: Zone) {
  const dns = await startDns(zone);
  onTestFinished(() => dns.stop());
  const asker = new Resolver({ timeout: 50, tries: 1 });
  asker.setServers([dns.address]);
  return { dns, asker };
}

test('it answers with the records of its zones, long texts too', async () => {
  const key = 'k'.repeat(700);
  const { dns, asker } = await resolver({
    'example.com': {
      A: ['192.0.2.1', '192.0.2.2'],
      TXT: ['v=spf1 -all', key],
      MX: [{ preference: 10, exchange: 'mx.example.com' }],
    },
    'www.example.com': { CNAME: ['example.com'] },
  });
  expect((await asker.resolve4('Example.com')).sort()).toEqual(['192.0.2.1', '192.0.2.2']);
  const texts = await asker.resolveTxt('example.com');
  expect(texts.map((strings) => strings.join('')).sort()).toEqual([key, 'v=spf1 -all']);
  expect(await asker.resolveMx('example.com')).toEqual([
    { type: 'MX', priority: 10, exchange: 'mx.example.com' },
  ]);
  expect(await asker.resolveCname('www.example.com')).toEqual(['example.com']);
  expect(dns.asked).toEqual([
    'A example.com',
    'TXT example.com',
    'MX example.com',
    'CNAME www.example.com',
  ]);
});

test('what is not there has no records, or does not exist', async () => {
  const { asker } = await resolver({ '_dmarc.example.com': { TXT: ['v=DMARC1; p=none'] } });
  await expect(asker.resolve6('_dmarc.example.com')).rejects.toThrow('ENODATA');
  await expect(asker.resolveTxt('example.com')).rejects.toThrow('ENODATA');
  await expect(asker.resolveTxt('example.net')).rejects.toThrow('ENOTFOUND');
});

test.each([
  ['SERVFAIL', 'ESERVFAIL'],
  ['NXDOMAIN', 'ENOTFOUND'],
  ['REFUSED', 'EREFUSED'],
  ['silence', 'ETIMEOUT'],
] as const)('a name can meet %s, until it is healed', async (fault, code) => {
  const { dns, asker } = await resolver({ 'example.com': { A: ['192.0.2.1'] } });
  dns.break('example.com', fault);
  await expect(asker.resolve4('example.com')).rejects.toThrow(code);
  dns.heal();
  expect(await asker.resolve4('example.com')).toEqual(['192.0.2.1']);
  dns.add({ 'example.com': { A: ['192.0.2.2'] } });
  expect(await asker.resolve4('example.com')).toEqual(['192.0.2.2']);
});
