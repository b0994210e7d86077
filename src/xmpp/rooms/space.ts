/** How many occupants may be shown: some hundred bytes each. */

/** Over all. */
const MOST = 400_000;
/** A user may have this part of what all of them leave: so there is always something for who comes. */
const PART = 8;

export class Space {
  left = MOST;

  /** Of one user. */
  share(): Share {
    return new Share(this);
  }
}

/** What one user has of it. */
export class Share {
  readonly #space: Space;
  #taken = 0;

  constructor(space: Space) {
    this.#space = space;
  }

  get isFull(): boolean {
    return this.#taken >= this.#space.left / PART;
  }

  /** Even where it is full. */
  take(): void {
    this.#taken++;
    this.#space.left--;
  }

  giveBack(): void {
    this.#taken--;
    this.#space.left++;
  }
}
