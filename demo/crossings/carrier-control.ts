interface Text {
  readonly to: string;
  readonly from: string;
  readonly body: string;
}

/** The control of the carrier stand-in (demo/carrier/README.md), as the demo uses it. */
export class CarrierControl {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Resolves when the carrier has accepted this text. */
  async wait(text: Text, signal: AbortSignal): Promise<void> {
    await this.#get(new URLSearchParams({ ...text, seconds: '600' }), signal);
  }

  /** A phone sends a text. @returns what its webhook was answered with: a status, or an error */
  async text(text: Text, signal: AbortSignal): Promise<string> {
    const response = await fetch(`${this.url}/control/text`, {
      method: 'POST',
      body: JSON.stringify(text),
      signal,
    });
    const { tries } = JSON.parse(await response.text());
    return String(tries.at(-1));
  }

  /** Tells each text that the carrier accepts from now on. @throws when the signal fires */
  async watch(tell: (text: Text) => void, signal: AbortSignal): Promise<never> {
    const before = await this.#get(new URLSearchParams({ count: '0' }), signal);
    for (let told = before.length; ; ) {
      const query = new URLSearchParams({ count: String(told + 1), seconds: '600' });
      const texts = await this.#get(query, signal);
      for (const text of texts.slice(told)) tell(text);
      told = Math.max(told, texts.length);
    }
  }

  async #get(query: URLSearchParams, signal: AbortSignal): Promise<readonly Text[]> {
    const response = await fetch(`${this.url}/control/wait?${query}`, { signal });
    if (response.status === 408) return [];
    if (!response.ok) throw new Error(`the carrier answered ${response.status}`);
    const { messages } = JSON.parse(await response.text());
    return messages;
  }
}
