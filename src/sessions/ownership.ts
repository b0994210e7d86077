/**
 * A transport has one owner process: it holds the domain's stream and the sessions behind it. The
 * others stand by, and one of them takes over when the owner's lease is over.
 */

/** The lease on one transport; see `src/store/lease.ts`. */
export interface OwnersLease {
  readonly held: boolean;
  /** Resolves to a token, or undefined while another process has it. */
  tryAcquire(): Promise<unknown>;
  release(): Promise<void>;
}

export interface OwnershipOptions {
  readonly lease: OwnersLease;
  /** This process is the owner now. */
  readonly gained: () => Promise<void>;
  /** It is not any more. */
  readonly lost: () => Promise<void>;
  /** Why it could not be gained this time; it is tried again. */
  readonly onError: (error: unknown) => void;
  /** How often a stand-by looks whether the owner is gone. */
  readonly everyMs?: number;
}

export interface Ownership {
  /** The lease was lost: call it when the lease says so. */
  leaseLost(): void;
  /** Gives the transport up, for good. */
  stop(): Promise<void>;
}

/**
 * Tries at once, and resolves when the first try is decided either way.
 * @throws whatever `gained` throws at the first try: a start that fails should be seen to fail
 */
export async function keepOwnership(options: OwnershipOptions): Promise<Ownership> {
  const { lease, gained, lost, onError, everyMs = 2_000 } = options;
  let owner = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  // One change after the other: never gained twice, never lost while it is being gained.
  let turn: Promise<void> = Promise.resolve();

  const attempt = async (): Promise<void> => {
    if (stopped || owner || (await lease.tryAcquire()) === undefined) return;
    try {
      await gained();
    } catch (error) {
      // Where the store can not be told, it ends by itself.
      await lease.release().catch(onError);
      throw error;
    }
    owner = true;
    // A slow beginning may outlive the lease, and nobody is the owner yet who could be told so.
    if (!lease.held) await giveUp();
  };
  const giveUp = async (): Promise<void> => {
    if (!owner) return;
    owner = false;
    await lost();
  };
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const changed = turn.then(change);
    turn = changed.catch(() => undefined);
    return changed;
  };
  const look = () => {
    inTurn(attempt)
      .catch(onError)
      .finally(() => {
        if (!stopped) timer = setTimeout(look, everyMs);
      });
  };

  await inTurn(attempt);
  timer = setTimeout(look, everyMs);
  return {
    leaseLost: () => void inTurn(giveUp).catch(onError),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await inTurn(giveUp).finally(() => lease.release());
    },
  };
}
