/** What became of messages, by the fault that they met. Pure. */

import { check, type Promises, type Row } from '../../support/faults/checker.ts';
import { type Fault, idOf, type Ledger, type LedgerRecord } from '../../support/faults/ledger.ts';

/** The messages that came to their end after a fault of this kind, and before the next of any. */
export interface CrossRow extends Row {
  /** `gateway killed`; `none yet` for those that were over before the first. */
  readonly fault: string;
}

const NO_FAULT = 'none yet';

export function crossOf(
  { records, faults }: Pick<Ledger, 'records' | 'faults'>,
  promises: Promises,
): readonly CrossRow[] {
  const lastOf = new Map<string, LedgerRecord>();
  for (const record of records) {
    // The carrier is asked for what it has when all is over.
    const isLate = record.direction === 'xmpp-sms' && record.is === 'arrived';
    if (!isLate) lastOf.set(idOf(record), record);
  }
  const faultAt = (at: number) => faults.findLast((fault) => fault.at <= at);
  const names = new Map<string, string>();
  for (const [id, { at }] of lastOf) names.set(id, nameOf(faultAt(at)));
  return [...Map.groupBy(records, (record) => names.get(idOf(record)) ?? NO_FAULT)].flatMap(
    ([fault, those]) =>
      check({ records: those, faults }, promises).rows.map((row) => ({ fault, ...row })),
  );
}

export function nameOf(fault: Fault | undefined): string {
  return fault === undefined ? NO_FAULT : `${fault.what} ${fault.how}`;
}
