/**
 * Which mails belong together, on both sides: In-Reply-To and References there, the thread of XEP-0201
 * here. Kept for each conversation; synchronous, so that the order of the messages is the order of the
 * threads.
 */

import { createHash } from 'node:crypto';
import type { AdapterMemory } from 'postern/adapter';
import { baseOf, subjectLine } from './subject.ts';

/** What is written so soon after the last message goes on in its thread. */
const GOES_ON_MS = 30 * 60_000;
/** So long an answer to what the other has written last is an answer to it. */
const ANSWERS_MS = 7 * 24 * 60 * 60_000;

const THREADS = 8;
const MESSAGE_IDS = 10;
const CONVERSATIONS = 10_000;
const PREFIX = 'threads ';

/** One thread of a conversation, as it is stored. */
interface Thread {
  /** Of XEP-0201. */
  thread: string;
  /** Without "Re:". */
  subject: string;
  /** Message-IDs: the first of all, and the last few in their order. */
  ids: string[];
  /** When the last of them was sent or came. */
  at: number;
  /** Whether the other wrote it. */
  theirs: boolean;
  /** The last mail whose subject was shown to the user. */
  shown?: string;
}

/** What a mail that goes out needs. */
export interface Continuation {
  readonly subject: string;
  readonly inReplyTo?: string;
  readonly references: readonly string[];
}

export interface Written {
  readonly messageId: string;
  readonly at: number;
  /** Where the user named one himself. */
  readonly subject?: string;
  readonly thread?: string;
}

export interface Arrived {
  readonly messageId: string;
  readonly at: number;
  readonly subject: string;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
}

export class Threads {
  readonly #memory: AdapterMemory;
  readonly #onError: (error: unknown) => void;
  /** The last used at the end. */
  readonly #conversations = new Map<string, Thread[]>();
  readonly #writing = new Map<string, 'written' | 'changed'>();

  constructor(memory: AdapterMemory, onError: (error: unknown) => void) {
    this.#memory = memory;
    this.#onError = onError;
  }

  /** Reads what is remembered, and forgets the conversations that have rested longest. */
  async load(): Promise<void> {
    const found = this.#memory
      .keys()
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => ({ key, threads: readThreads(this.#memory.get(key)) }))
      .sort((a, b) => (a.threads.at(-1)?.at ?? 0) - (b.threads.at(-1)?.at ?? 0));
    for (const { key, threads } of found)
      this.#conversations.set(key.slice(PREFIX.length), threads);
    await this.#forget();
  }

  /** @param fallback the subject of a thread that begins without one */
  writes(conversation: string, written: Written, fallback: string): Continuation {
    const threads = this.#of(conversation);
    const known = continued(threads, written);
    const thread = known ?? {
      thread: written.thread ?? newThread(written.messageId),
      subject: baseOf(written.subject ?? fallback),
      ids: [],
      at: 0,
      theirs: false,
    };
    const inReplyTo = thread.ids.at(-1);
    const references = [...thread.ids];
    const subject = known === undefined ? (written.subject ?? fallback) : `Re: ${thread.subject}`;
    // A client that names the thread anew shall find the answers in it.
    if (written.thread !== undefined) thread.thread = written.thread;
    this.#note(conversation, thread, written.messageId, written.at, false);
    return { subject, references, ...(inReplyTo === undefined ? {} : { inReplyTo }) };
  }

  /** @returns the subject where the user is to see it: it begins a thread, or is another one */
  arrives(
    conversation: string,
    mail: Arrived,
  ): { readonly thread: string; readonly title?: string } {
    const threads = this.#of(conversation);
    const related = new Set([...mail.references, ...mail.inReplyTo]);
    const base = baseOf(mail.subject);
    const isAnswer = related.size === 0 && base !== mail.subject.trim();
    const known =
      threads.findLast(
        ({ ids }) => ids.includes(mail.messageId) || ids.some((id) => related.has(id)),
      ) ??
      // Some programs answer and do not say to what: their "Re:" does.
      (isAnswer ? threads.findLast(({ subject }) => subject === base) : undefined);
    const thread = known ?? {
      thread: newThread(mail.references[0] ?? mail.inReplyTo[0] ?? mail.messageId),
      subject: base,
      ids: [],
      at: 0,
      theirs: true,
    };
    // It may be opened once more, and has to look the same then.
    const shows = known === undefined || thread.subject !== base || thread.shown === mail.messageId;
    if (shows) thread.shown = mail.messageId;
    thread.subject = base;
    this.#note(conversation, thread, mail.messageId, mail.at, true);
    const { thread: id } = thread;
    const shown = shows && mail.subject.trim() !== '';
    return shown ? { thread: id, title: subjectLine(mail.subject) } : { thread: id };
  }

  #of(conversation: string): Thread[] {
    return this.#conversations.get(conversation) ?? [];
  }

  #note(conversation: string, thread: Thread, id: string, at: number, theirs: boolean): void {
    if (!thread.ids.includes(id)) thread.ids.push(id);
    // The first stays: it is what others sort by.
    if (thread.ids.length > MESSAGE_IDS) thread.ids.splice(1, thread.ids.length - MESSAGE_IDS);
    thread.at = at;
    thread.theirs = theirs;
    const others = this.#of(conversation).filter((other) => other !== thread);
    this.#conversations.delete(conversation);
    this.#conversations.set(conversation, [...others, thread].slice(-THREADS));
    this.#write(conversation);
    if (this.#conversations.size > CONVERSATIONS) this.#forget().catch(this.#onError);
  }

  /** One write of a conversation is under way at a time: what changes meanwhile is one more. */
  #write(conversation: string): void {
    const running = this.#writing.has(conversation);
    this.#writing.set(conversation, 'changed');
    if (!running) this.#writeOn(conversation).catch(this.#onError);
  }

  async #writeOn(conversation: string): Promise<void> {
    try {
      while (this.#writing.get(conversation) === 'changed') {
        this.#writing.set(conversation, 'written');
        const threads = this.#of(conversation);
        await this.#memory.set(`${PREFIX}${conversation}`, JSON.stringify(threads));
      }
    } finally {
      this.#writing.delete(conversation);
    }
  }

  async #forget(): Promise<void> {
    for (const conversation of this.#conversations.keys()) {
      if (this.#conversations.size <= CONVERSATIONS) return;
      this.#conversations.delete(conversation);
      await this.#memory.delete(`${PREFIX}${conversation}`);
    }
  }
}

/** The thread that a message of the user goes on in; undefined where it begins one. */
function continued(threads: readonly Thread[], written: Written): Thread | undefined {
  const { subject, thread, at } = written;
  if (subject !== undefined) {
    const answers = /^re:/i.test(subject) ? baseOf(subject) : undefined;
    return threads.findLast((each) => each.subject === answers);
  }
  const named = threads.findLast((each) => each.thread === thread);
  if (named !== undefined) return named;
  const last = threads.at(-1);
  if (last === undefined) return undefined;
  const age = at - last.at;
  return age < GOES_ON_MS || (last.theirs && age < ANSWERS_MS) ? last : undefined;
}

/** The same for ever for the same mail, so that it needs no memory. */
function newThread(root: string): string {
  return createHash('sha256').update(root).digest('base64url').slice(0, 22);
}

/** What is stored was perhaps written by another version: what does not fit is forgotten. */
function readThreads(text: string | undefined): Thread[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isThread) : [];
  } catch {
    return [];
  }
}

function isThread(value: unknown): value is Thread {
  if (typeof value !== 'object' || value === null) return false;
  const { thread, subject, ids, at, theirs } = value as Partial<Thread>;
  const isText = (each: unknown) => typeof each === 'string';
  return (
    isText(thread) &&
    isText(subject) &&
    Array.isArray(ids) &&
    ids.every(isText) &&
    Number.isFinite(at) &&
    typeof theirs === 'boolean'
  );
}
