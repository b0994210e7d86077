import assert from 'node:assert/strict';
import type { WebhookHandler, WebhookResponse } from '../index.ts';

/** The webhooks of one adapter, called without a listener. */
export class Hooks {
  readonly #base: string;
  readonly #mounted = new Map<string, WebhookHandler>();

  /** @param base where they are served, with a slash at the end */
  constructor(base: string) {
    this.#base = base;
  }

  mount(name: string, handle: WebhookHandler): void {
    assert.match(name, /^[a-z][a-z0-9-]*$/);
    assert.ok(!this.#mounted.has(name), `the webhook "${name}" is mounted twice`);
    this.#mounted.set(name, handle);
  }

  url(name: string): URL {
    return new URL(name, this.#base);
  }

  /** @throws AssertionError where none is mounted there */
  async post(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<WebhookResponse> {
    const handle = this.#mounted.get(url.pathname.split('/').at(-1) ?? '');
    assert.ok(handle !== undefined, `the adapter has no webhook at ${url.pathname}`);
    try {
      const answer: Promise<WebhookResponse> = handle({
        url: url.href,
        query: new Map(url.searchParams),
        headers: new Map(Object.entries(headers)),
        body: Buffer.from(body),
      });
      return await answer;
    } catch {
      // As the core's listener does.
      return { status: 500 };
    }
  }
}
