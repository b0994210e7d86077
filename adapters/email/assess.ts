import type { Assessment, OutboundMessage } from 'postern/adapter';
import { refused } from 'postern/adapter';
import { UNVERIFIED } from './address.ts';
import { splitSubject } from './subject.ts';

/** It is remembered with its thread, and so it must not be whatever fits a message. */
const MAX_SUBJECT = 1_000;

/**
 * @param domain of our own users
 * @throws RefusedError for whom nobody can write to by mail, and for what is no subject
 */
export function assess({ peer, text: written }: OutboundMessage, domain: string): Assessment {
  if (peer === UNVERIFIED) {
    const text =
      'Nobody can tell who wrote that, so it can not be answered. If you trust it, write to the address in it.';
    throw refused('not-allowed', 'cancel', text);
  }
  if (peer.endsWith(`@${domain}`)) {
    const text =
      'Whoever has this address is a user of XMPP here: write to the XMPP address instead.';
    throw refused('not-allowed', 'cancel', text);
  }
  if ((splitSubject(written).subject?.length ?? 0) > MAX_SUBJECT) {
    const text = `The first line is a subject, and longer than ${MAX_SUBJECT} characters: not sent. Please shorten it.`;
    throw refused('not-acceptable', 'modify', text);
  }
  return { units: 1 };
}
