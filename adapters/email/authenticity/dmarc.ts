/** Whether the owner of a domain lets this mail speak for it: DKIM, SPF and DMARC. */

import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { domainOf, type MailAddress } from '../mail-address.ts';
import { isAligned } from './alignment.ts';
import type { Dns } from './dns.ts';
import type { Head } from './head.ts';
import { type Proof, path, signatures } from './proofs.ts';
import { Questions } from './questions.ts';
import { type Authenticity, type Received, unconfirmed } from './verdict.ts';

/**
 * RFC 9989, and stricter: a proof must cover the whole mail, and be of the same organisation by the Public
 * Suffix List too. DMARC alone takes all who live below a shared suffix for one organisation, if that has
 * a record and does not say what it is.
 */
export async function byDmarc(
  mail: Received,
  from: MailAddress,
  head: Head,
  dns: Dns,
): Promise<Authenticity> {
  const domain = domainOf(from);
  const questions = new Questions(dns);
  const evaluate = (proofs: readonly Proof[]) =>
    dmarc({
      headerFrom: from,
      dkimDomains: proofs.filter(({ by }) => by === 'dkim'),
      spfDomains: proofs.filter(({ by }) => by === 'spf').map((proof) => proof.domain),
      resolver: questions.ask,
    });

  const found = await Promise.all([signatures(mail, head, questions), path(mail, questions)]);
  const passed = found.flat().filter(({ is }) => is === 'passed');
  const related = found.flat().filter((proof) => isAligned(domain, proof.domain));
  const sound = related.filter(({ is, whole }) => is === 'passed' && whole);

  const strictly = await evaluate(sound);
  if (strictly === false) return unconfirmed();
  if (strictly.status.result === 'pass') return { is: 'confirmed' };
  // Most domains without a record sign all the same: a proof is one, whether or not a policy asks for it.
  if (strictly.status.result === 'none' && sound.length > 0) return { is: 'confirmed' };

  // What passes by the standard alone is not confirmed, but its domain does not call it forged either.
  const widely = passed.length > sound.length ? await evaluate(passed) : strictly;
  if (widely === false) return unconfirmed();
  if (questions.exhausted) return unconfirmed('its proofs take too many questions to check');
  if (widely.status.result === 'temperror' || related.some(({ is }) => is === 'unanswered')) {
    return { is: 'unknown', why: `the name servers of ${domain} do not answer` };
  }
  if (widely.status.result === 'fail' && widely.policy === 'reject') {
    return unconfirmed(`the domain ${domain} says that it is forged`, true);
  }
  if (widely.status.result === 'fail' && widely.policy === 'quarantine') {
    return unconfirmed(`the domain ${domain} says that it is suspicious`);
  }
  const partly = related.some(({ is }) => is === 'passed');
  return unconfirmed(partly ? 'its signature covers only a part of it' : undefined);
}
