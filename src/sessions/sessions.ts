import type { AccountId, AccountLink, Adapter, Session } from '../contract/index.ts';

/** The open sessions of one transport: one an account, opened at its first use. */
export interface Sessions {
  of(account: AccountLink<unknown>): Session;
  /** The account is gone. */
  close(account: AccountId): Promise<void>;
  closeAll(): Promise<void>;
}

export function openSessions(
  adapter: Pick<Adapter, 'open'>,
  onError: (error: unknown) => void,
): Sessions {
  const open = new Map<AccountId, { readonly session: Session; readonly settings: unknown }>();

  const close = async (id: AccountId): Promise<void> => {
    const session = open.get(id)?.session;
    open.delete(id);
    await session?.close().catch(onError);
  };
  return {
    of(account) {
      const known = open.get(account.id);
      if (known !== undefined && known.settings === account.settings) return known.session;
      // The settings have changed, so the old session speaks for somebody who is no more.
      if (known !== undefined) void close(account.id);
      const session = adapter.open(account);
      open.set(account.id, { session, settings: account.settings });
      return session;
    },
    close,
    async closeAll() {
      await Promise.all([...open.keys()].map(close));
    },
  };
}
