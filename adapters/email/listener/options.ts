import type { AdapterLog, Intake, ToKeep } from 'postern/adapter';
import type { EmailConfig } from '../config.ts';

/** What becomes of a recipient. */
export type RcptVerdict = 'yes' | 'unknown' | 'not-ours' | 'unsigned-bounce';

export interface ListenerOptions {
  readonly config: EmailConfig;
  /** The mail domain, in lower case. */
  readonly domain: string;
  /** How the server calls itself. */
  readonly hostname: string;
  /** @param address in lower case, the domain in its ASCII form */
  accepts(address: string): RcptVerdict;
  /** See `AdapterContext.intake`. */
  intake(): Intake;
  /** See `AdapterContext.keep`. */
  keep(what: ToKeep): Promise<void>;
  /** Fires when nothing new is to be taken. A mail that is coming in goes on. */
  readonly signal: AbortSignal;
  readonly log: AdapterLog;
}
