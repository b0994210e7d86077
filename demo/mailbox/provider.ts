import { Changes } from '../stand-in/changes.ts';
import { deliveryReport } from './delivery-report.ts';
import type { Exchanger } from './exchanger.ts';
import { type Letter, readContent } from './letter.ts';
import type { Recipient, Submission } from './smarthost.ts';

/** The state of the stand-in: a mailbox for every address, and the way from there to the gateway. */
export class Provider {
  readonly changes = new Changes();
  readonly exchanger: Exchanger;
  readonly #letters: Letter[] = [];

  constructor(exchanger: Exchanger) {
    this.exchanger = exchanger;
  }

  /** All that was taken, in order. It lives as long as the process. */
  get letters(): readonly Letter[] {
    return this.#letters;
  }

  /** Lays a mail into the mailbox of each recipient, and reports that to a sender who asked for it. */
  async take(submission: Submission): Promise<void> {
    const content = await readContent(submission.raw);
    for (const recipient of submission.recipients) {
      const id = String(this.#letters.length + 1);
      this.#letters.push({ id, to: recipient.address, ...content });
      // Not awaited: the sender has his answer before.
      if (recipient.reportSuccess) void this.#report(submission, recipient);
    }
    this.changes.tell();
  }

  async #report(submission: Submission, recipient: Recipient): Promise<void> {
    const report = deliveryReport(submission, recipient);
    try {
      await this.exchanger.send({ from: '', to: submission.from }, Buffer.from(report));
    } catch (error) {
      process.stderr.write(`a delivery report was not taken: ${error}\n`);
    }
  }
}
