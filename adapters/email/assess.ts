import type { Assessment, OutboundMessage } from 'postern/adapter';
import { refused } from 'postern/adapter';
import { UNVERIFIED } from './address.ts';

/** @throws RefusedError for the one contact to whom nobody can write */
export function assess({ peer }: OutboundMessage): Assessment {
  if (peer === UNVERIFIED) {
    const text =
      'Nobody can tell who wrote that, so it can not be answered. Write to the address itself, if you trust it.';
    throw refused('not-allowed', 'cancel', text);
  }
  return { units: 1 };
}
