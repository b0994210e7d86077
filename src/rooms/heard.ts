import type { Accounts } from '../accounts/accounts.ts';
import {
  type MessageId,
  type PeerId,
  RefusedError,
  type RoomEvent,
  type TransportId,
} from '../contract/index.ts';
import type { Archive, Entry } from '../history/archive.ts';
import { newMessageId } from '../lanes/lane.ts';
import type { StoredOutbound } from '../lanes/stored.ts';
import type { Policy } from '../policy/policy.ts';
import type { BareJid } from '../xmpp/jid.ts';
import type { HistoryWish, Reflection, RoomArchive, RoomView, Self } from '../xmpp/rooms/port.ts';
import { NOT_YET } from './refusals.ts';

export interface HeardOptions {
  readonly transport: TransportId;
  readonly archive: Archive;
  readonly accounts: Pick<Accounts, 'find'>;
  readonly policy: Pick<Policy, 'refuses'>;
  readonly now: () => number;
}

type Place = Pick<RoomView, 'user' | 'room'>;

/** What was said in rooms, as each user heard it: it is in his archive before it is shown to him. */
export class Heard {
  /** Undefined where nothing is kept. */
  readonly pages: RoomArchive | undefined;
  readonly #options: HeardOptions;

  constructor(options: HeardOptions) {
    const { archive, accounts, policy } = options;
    this.#options = options;
    const archiveFor = (user: BareJid) => {
      const isKnown = accounts.find(user) !== undefined;
      const refusal = policy.refuses(user) ?? (isKnown ? undefined : NOT_YET);
      if (refusal !== undefined) throw new RefusedError(refusal);
      return archive;
    };
    this.pages = archive.keeps
      ? {
          page: (user, room, query) =>
            archiveFor(user).page(this.#conversation({ user, room }), query),
          ends: (user, room) => archiveFor(user).ends(this.#conversation({ user, room })),
        }
      : undefined;
  }

  /** The user has no account any more. */
  forget(user: BareJid): void {
    this.#options.archive.forget(this.#options.transport, user);
  }

  /** @throws Error where it can not be read */
  latest(view: RoomView, { most, since }: HistoryWish): readonly Entry[] {
    return this.#options.archive.latest(this.#conversation(view), most, since);
  }

  /** Somebody else said something. @returns its id */
  heard(view: RoomView, event: Extract<RoomEvent, { is: 'said' }>): MessageId {
    const id = this.#newId();
    this.#append(view, {
      id,
      at: event.sentAt ?? this.#options.now(),
      kind: 'message',
      from: view.shownAs(event.nick),
      occupantId: view.occupantId(event.person, event.nick),
      body: event.text,
      ...(event.networkId === undefined ? {} : { networkId: event.networkId }),
    });
    return id;
  }

  /** The user did, and the network has it. @param parts in which it was said */
  said(view: RoomView, self: Self, said: Said, parts: readonly string[]): readonly Reflection[] {
    return parts.map((text, index) => {
      const isFirst = index === 0;
      const { of: messageId, originId } = isFirst ? said.event.reply : {};
      const known = { id: isFirst ? said.id : this.#newId(), messageId };
      const at = this.#options.now();
      const { name: from, occupantId } = self;
      // Cut, or as the network had it instead, it is a link no more.
      const isFile = said.event.reply.isFile === true && text === said.event.text;
      const kind = isFile ? 'file' : 'message';
      this.#append(view, { ...known, at, kind, from, occupantId, body: text });
      return { ...known, originId, text, isFile };
    });
  }

  /** Whether he has seen that it was said. @throws Error where it can not be read */
  has(user: BareJid, room: PeerId, id: MessageId): boolean {
    const page = this.#options.archive.page(this.#conversation({ user, room }), {
      ids: [id],
      max: 1,
    });
    return page !== undefined && page.entries.length > 0;
  }

  #append(view: RoomView, entry: Entry): void {
    this.#options.archive.append(this.#conversation(view), entry);
  }

  #conversation({ user, room }: Place) {
    return { transport: this.#options.transport, account: user, peer: room };
  }

  #newId(): MessageId {
    return newMessageId(0, this.#options.now());
  }
}

/** What a user said. */
interface Said {
  readonly id: MessageId;
  readonly event: Pick<StoredOutbound, 'reply' | 'text'>;
}
