import type { DirectionName, LedgerRecord, MessageKey } from './ledger.ts';

/** What became of one message, as far as its source and its sink saw it. */
export class Course {
  readonly key: MessageKey;
  /** Places in the ledger. */
  firstOffer = Number.POSITIVE_INFINITY;
  lastOffer = Number.NEGATIVE_INFINITY;
  firstArrival = Number.POSITIVE_INFINITY;
  /** What it is called on the network that it comes from, where its source knows that. */
  networkId: string | undefined;
  /** Times, by the ledger's clock. */
  #firstOfferAt = Number.POSITIVE_INFINITY;
  readonly #arrivedAt: number[] = [];
  /** Arrivals with an id that none before had; the first is none. */
  strangers = 0;
  hasReceipt = false;
  isParked = false;
  /** Of what ends it for its source, one each: it may be said twice, but not otherwise. */
  readonly lastWords = new Set<string>();
  #isProved = false;
  #offers = 0;
  #refusedOffers = 0;
  #isRefused = false;
  #hasFailed = false;
  #lastError = Number.NEGATIVE_INFINITY;
  #ids: Set<string> | undefined;

  constructor({ direction, lane, n }: MessageKey) {
    this.key = { direction, lane, n };
  }

  get arrivals(): number {
    return this.#arrivedAt.length;
  }

  /** At this time it was offered, and had not arrived, or for the last time less than so long ago. */
  isRecent(at: number, ms: number): boolean {
    const before = this.#arrivedAt.filter((each) => each <= at);
    return this.#firstOfferAt <= at && (before.at(-1) ?? at) >= at - ms;
  }

  /** The gateway had it, for certain. */
  get isAccepted(): boolean {
    return this.#isProved || this.arrivals > 0 || this.lastWords.size > 0 || this.isParked;
  }

  /** The last thing that its source has heard is an error. */
  get isTold(): boolean {
    return this.#lastError > this.lastOffer;
  }

  get hasEnd(): boolean {
    return this.arrivals > 0 || this.isTold || this.isParked;
  }

  /** The gateway had it, and nothing of it was ever seen again. */
  get isLost(): boolean {
    return this.isAccepted && !this.hasEnd;
  }

  /** Its source was told that it does not arrive: of each time that it was offered. */
  get isSaidToFail(): boolean {
    return this.#hasFailed || (this.#offers > 0 && this.#refusedOffers === this.#offers);
  }

  /** @param place in the ledger */
  add(record: LedgerRecord, place: number): void {
    switch (record.is) {
      case 'offered':
        this.firstOffer = Math.min(this.firstOffer, place);
        this.#firstOfferAt = Math.min(this.#firstOfferAt, record.at);
        this.lastOffer = place;
        this.#offers += 1;
        this.#isRefused = false;
        break;
      case 'accepted':
        this.#isProved = true;
        this.networkId = record.id;
        break;
      case 'arrived':
        this.#arrived(record, place);
        break;
      case 'receipt':
        this.hasReceipt = true;
        this.lastWords.add(`receipt ${record.id}`);
        break;
      case 'error':
        this.#erred(record.says, place);
        break;
      case 'parked':
        this.isParked = true;
    }
  }

  #arrived({ id, at }: LedgerRecord & { is: 'arrived' }, place: number): void {
    this.#arrivedAt.push(at);
    this.firstArrival = Math.min(this.firstArrival, place);
    const isNew = id === undefined || this.#ids?.has(id) !== true;
    if (this.arrivals > 1 && isNew) this.strangers += 1;
    if (id !== undefined) this.#ids = (this.#ids ?? new Set()).add(id);
  }

  #erred(says: (LedgerRecord & { is: 'error' })['says'], place: number): void {
    this.#lastError = place;
    if (says === 'failed') this.#hasFailed = true;
    if (says === 'failed' || says === 'perhaps-sent') this.lastWords.add(says);
    if (says === 'refused' && !this.#isRefused) {
      this.#isRefused = true;
      this.#refusedOffers += 1;
    }
  }
}

/** By direction, in the order in which they were first seen. */
export function coursesOf(
  records: readonly LedgerRecord[],
): ReadonlyMap<DirectionName, readonly Course[]> {
  const courses = new Map<string, Course>();
  for (const [place, record] of records.entries()) {
    const name = `${record.direction} ${record.lane} ${record.n}`;
    let course = courses.get(name);
    if (course === undefined) {
      course = new Course(record);
      courses.set(name, course);
    }
    course.add(record, place);
  }
  return Map.groupBy(courses.values(), ({ key }) => key.direction);
}
