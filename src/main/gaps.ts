import { GAP_NOTICE, type Gaps, openGaps } from '../outbound/gap.ts';
import { openMark } from '../store/open-mark.ts';
import { type BareJid, JidError, parseBareJid } from '../xmpp/jid.ts';
import { HELPER } from '../xmpp/port.ts';
import type { Parts } from './parts.ts';

/** What of a transport's stream may be lost, and who is told. Needs to be there before the stream. */
export function openGapsOf({ shared, settings, policy, tell, onError }: Parts): Promise<Gaps> {
  const { id: transport } = settings;
  return openGaps({
    mark: openMark(shared.store, transport, shared.holder),
    wroteBetween: async (from, until) => {
      const accounts = await shared.history.wroteBetween(transport, from, until);
      // Also who may not use it any more is told of no gap.
      return [...accounts].flatMap(jidIn).filter((jid) => policy.refuses(jid) === undefined);
    },
    tell: (jids, limit) =>
      tell(jids.map((to) => ({ to, from: HELPER, text: GAP_NOTICE, ...limit }))),
    onError,
    now: Date.now,
  });
}

const UNSAID =
  'Some of what you wrote just now was not taken, and the gateway could not say so of each message: please look at your last messages, and repeat what is missing.';

/** Again after a minute where there is reason to. */
const ONCE = { once: 'unsaid', onceMs: 60_000 };

/** See `XmppListener.unsaid`. */
export function tellUnsaid(
  { policy, tell, onError }: Pick<Parts, 'policy' | 'tell' | 'onError'>,
  to: readonly BareJid[],
): void {
  // Nothing is stored because strangers write.
  const users = to.filter((jid) => policy.refuses(jid) === undefined);
  tell(users.map((jid) => ({ to: jid, from: HELPER, text: UNSAID, ...ONCE }))).catch(onError);
}

/** None of what can not be one: a file may hold whatever it likes. */
function jidIn(account: string): readonly BareJid[] {
  try {
    return [parseBareJid(account)];
  } catch (error) {
    if (error instanceof JidError) return [];
    throw error;
  }
}
