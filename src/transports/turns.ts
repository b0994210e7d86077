import type { AccountId, AdapterContext } from '../contract/index.ts';

type Tell = AdapterContext['room'];

/**
 * Who has filled the way to the clients goes on after those who found it full: else he would fill it
 * again, and one loud room would silence all others.
 */
export function takingTurns(tell: Tell): Tell {
  let full: Promise<void> | undefined;
  let last: { readonly account: AccountId; readonly turn: Promise<void> } | undefined;
  return (account, room, event) => {
    const way = tell(account, room, event);
    if (way === undefined) return undefined;
    if (way !== full) {
      full = way;
      last = { account, turn: way.then(() => afterOthers()) };
    }
    return last?.account === account ? last.turn : way;
  };
}

/** What goes on at once has read what it had by then. */
function afterOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
