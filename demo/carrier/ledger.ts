import { randomBytes } from 'node:crypto';
import { Changes } from '../stand-in/changes.ts';
import type { Mode, StatusStep } from './conduct.ts';

/** One text, in either direction. Times in milliseconds since the epoch. */
export interface Text {
  readonly sid: string;
  readonly direction: 'outbound-api' | 'inbound';
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly createdAt: number;
  readonly statusCallback?: string;
  readonly validityPeriod?: number;
  status: string;
  errorCode?: number;
  sentAt?: number;
  updatedAt: number;
}

/** One call of `POST Messages.json` that passed authentication, whatever came of it. */
export interface Attempt {
  readonly at: number;
  readonly mode: Mode | 'invalid';
  readonly to?: string;
  readonly sid?: string;
}

export type NewText = Pick<Text, 'direction' | 'from' | 'to' | 'body' | 'status'> &
  Partial<Pick<Text, 'sid' | 'statusCallback' | 'validityPeriod'>>;

/** Everything that the carrier has accepted, in order. It lives as long as the process. */
export class Ledger {
  readonly changes = new Changes();
  readonly #texts: Text[] = [];
  readonly #bySid = new Map<string, Text>();
  readonly #attempts: Attempt[] = [];

  get texts(): readonly Text[] {
    return this.#texts;
  }

  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  find(sid: string): Text | undefined {
    return this.#bySid.get(sid);
  }

  add(text: NewText): Text {
    const now = Date.now();
    const entry: Text = {
      sid: `SM${randomBytes(16).toString('hex')}`,
      ...text,
      createdAt: now,
      updatedAt: now,
    };
    this.#texts.push(entry);
    this.#bySid.set(entry.sid, entry);
    this.changes.tell();
    return entry;
  }

  noteAttempt(attempt: Omit<Attempt, 'at'>): void {
    this.#attempts.push({ at: Date.now(), ...attempt });
    this.changes.tell();
  }

  step(text: Text, { status, errorCode }: StatusStep): void {
    text.status = status;
    text.updatedAt = Date.now();
    if (errorCode !== undefined) text.errorCode = errorCode;
    if (status === 'sent') text.sentAt = text.updatedAt;
    this.changes.tell();
  }
}
