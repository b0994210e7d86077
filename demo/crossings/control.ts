/** The control of a stand-in, as the demo uses it: `control/…` below its URL, JSON in and out. */
export class Control<Message> {
  readonly url: string;

  constructor(url: string) {
    this.url = `${url}/control`;
  }

  /** Resolves with the last message that fits, when there is one. @throws when the signal fires */
  async wait(query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Message> {
    for (;;) {
      const words = new URLSearchParams({ ...query, seconds: '600' });
      const found = (await this.#get(words, signal)).at(-1);
      if (found !== undefined) return found;
    }
  }

  /** Has the stand-in do something. @throws Error with its words if it does not */
  async post(
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${this.url}/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal,
    });
    const answer = JSON.parse(await response.text());
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  /** Tells each message that the stand-in takes from now on. @throws when the signal fires */
  async watch(tell: (message: Message) => void, signal: AbortSignal): Promise<never> {
    const before = await this.#get(new URLSearchParams({ count: '0' }), signal);
    for (let told = before.length; ; ) {
      const query = new URLSearchParams({ count: String(told + 1), seconds: '600' });
      const messages = await this.#get(query, signal);
      for (const message of messages.slice(told)) tell(message);
      told = Math.max(told, messages.length);
    }
  }

  async #get(query: URLSearchParams, signal: AbortSignal): Promise<readonly Message[]> {
    const response = await fetch(`${this.url}/wait?${query}`, { signal });
    if (response.status === 408) return [];
    if (!response.ok) throw new Error(`a stand-in answered ${response.status}`);
    const { messages } = JSON.parse(await response.text());
    return messages;
  }
}
