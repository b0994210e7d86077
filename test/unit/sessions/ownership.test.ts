import { describe, expect, it } from 'vitest';
import { keepOwnership, type OwnersLease } from '../../../src/sessions/ownership.ts';

/** A lease that the test gives and takes. */
class PaperLease implements OwnersLease {
  held = false;
  free = true;
  readonly #asked: (() => void)[] = [];

  async tryAcquire() {
    for (const tell of this.#asked.splice(0)) tell();
    if (!this.free) return undefined;
    this.free = false;
    this.held = true;
    return 1;
  }

  async release() {
    this.free = true;
    this.held = false;
  }

  /** The next time that somebody asks for it. */
  asked(): Promise<void> {
    return new Promise((resolve) => this.#asked.push(resolve));
  }
}

function observed(lease: PaperLease, gained: () => Promise<void> = async () => undefined) {
  const events: string[] = [];
  const next = { lost: Promise.withResolvers<void>(), gained: Promise.withResolvers<void>() };
  const options = {
    lease,
    everyMs: 1,
    gained: async () => {
      await gained();
      events.push('gained');
      next.gained.resolve();
    },
    lost: async () => {
      events.push('lost');
      next.lost.resolve();
    },
    onError: (error: unknown) => void events.push(String(error)),
  };
  return { events, options, next };
}

describe('the owner of a transport', () => {
  it('is whoever has the lease, until he gives it up', async () => {
    const lease = new PaperLease();
    const { events, options } = observed(lease);
    const ownership = await keepOwnership(options);
    expect(events).toEqual(['gained']);
    await ownership.stop();
    expect(events).toEqual(['gained', 'lost']);
    expect(lease.free).toBe(true);
  });

  it('is a stand-by when the lease becomes free', async () => {
    const lease = new PaperLease();
    lease.free = false;
    const { events, options, next } = observed(lease);
    const ownership = await keepOwnership(options);
    await lease.asked();
    expect(events).toEqual([]);
    lease.free = true;
    await next.gained.promise;
    expect(events).toEqual(['gained']);
    await ownership.stop();
  });

  it('stands by again when the lease is lost', async () => {
    const lease = new PaperLease();
    const { events, options, next } = observed(lease);
    const ownership = await keepOwnership(options);
    ownership.leaseLost();
    await next.lost.promise;
    await lease.asked();
    expect(events).toEqual(['gained', 'lost']);
    await ownership.stop();
  });

  it('is nobody whose lease was over before he had begun', async () => {
    const lease = new PaperLease();
    const { events, options } = observed(lease, async () => {
      if (events.length === 0) lease.held = false;
    });
    const ownership = await keepOwnership(options);
    expect(events).toEqual(['gained', 'lost']);
    await ownership.stop();
  });

  it('is told why he can not begin, though the lease can not be given back either', async () => {
    const lease = new PaperLease();
    const { events, options } = observed(lease, () => Promise.reject(new Error('a number twice')));
    lease.release = () => Promise.reject(new Error('no store'));
    await expect(keepOwnership(options)).rejects.toThrow('a number twice');
    expect(events).toEqual(['Error: no store']);
  });

  it('gives the lease back, though the end did not go well', async () => {
    const lease = new PaperLease();
    const { options } = observed(lease);
    const ownership = await keepOwnership({
      ...options,
      lost: () => Promise.reject(new Error('stuck')),
    });
    await expect(ownership.stop()).rejects.toThrow('stuck');
    expect(lease.free).toBe(true);
  });

  it('is not somebody who can not begin, and the first failure is seen', async () => {
    const lease = new PaperLease();
    const { options } = observed(lease, () => Promise.reject(new Error('a number twice')));
    await expect(keepOwnership(options)).rejects.toThrow('a number twice');
    expect(lease.free).toBe(true);
  });
});
