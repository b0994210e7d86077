import type { Settlement, SettleRequest } from '../lane-store.ts';
import { type Args, writeReports } from './stored-form.ts';

/** One request as the script reads it. Every entry of the claim is in it, be it as untouched. */
export function settlementArgs(request: SettleRequest, mostNext: number): Args {
  const { claim, settlements, reports, next, leaseMs } = request;
  const { channel, partition, name } = claim.lane;
  const args: Args = [
    ...[0, partition, channel, name, claim.token],
    ...[leaseMs, Math.min(next, mostNext), claim.entries.length],
  ];
  for (const [index, { id }] of claim.entries.entries()) {
    writeSettlement(args, id, settlements[index] ?? { kind: 'untouched' });
  }
  writeReports(args, reports);
  // How many arguments follow, so that the script can pass over those of a fenced request.
  args[0] = args.length - 1;
  return args;
}

function writeSettlement(args: Args, id: string, settlement: Settlement): void {
  switch (settlement.kind) {
    case 'handed':
      args.push('H', id, settlement.keepMs, settlement.parts.length);
      for (const { part, networkId } of settlement.parts) args.push(part, networkId);
      return;
    case 'terminal':
      args.push('T', id, settlement.keep ? 1 : 0);
      return;
    case 'later':
      args.push('L', id, settlement.afterMs);
      return;
    case 'unknown':
      args.push('K', id, settlement.afterMs);
      return;
    case 'untouched':
      args.push('N', id);
  }
}
