import { serveControl } from '../stand-in/controls.ts';
import { startHttp } from '../stand-in/http-server.ts';
import { CONTROLS } from './control.ts';
import { type ExchangerOptions, exchanger } from './exchanger.ts';
import { Provider } from './provider.ts';
import { startSmarthost } from './smarthost.ts';

export interface MailboxOptions extends ExchangerOptions {
  /** Of the control; 0 lets the system choose. */
  readonly controlPort: number;
  /** Of the smarthost; 0 lets the system choose. */
  readonly smtpPort: number;
}

export interface RunningMailbox {
  /** The base of `/control/…`. */
  readonly url: string;
  /** `smtp://127.0.0.1:<port>`: the `smarthost` of the gateway. */
  readonly smarthost: string;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1. */
export async function startMailbox(options: MailboxOptions): Promise<RunningMailbox> {
  const provider = new Provider(exchanger(options));
  const smarthost = await startSmarthost(options.smtpPort, (mail) => provider.take(mail));
  const http = await startHttp(options.controlPort, (request, response, url) =>
    serveControl(CONTROLS, provider, request, response, url),
  );
  return {
    url: http.url,
    smarthost: `smtp://127.0.0.1:${smarthost.port}`,
    stop: async () => void (await Promise.all([http.stop(), smarthost.stop()])),
  };
}
