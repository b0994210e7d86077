import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serveApi } from './api.ts';
import { Carrier, type CarrierOptions } from './carrier.ts';
import { serveControl } from './control.ts';
import { answerJson, RequestError } from './http-io.ts';

export interface RunningCarrier {
  /** `http://127.0.0.1:<port>`: the `apiUrl` of the gateway, and the base of `/control/…`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1. @param port 0 lets the system choose. */
export async function startCarrier(port: number, options: CarrierOptions): Promise<RunningCarrier> {
  const carrier = new Carrier(options);
  const server = createServer((request, response) => {
    serve(carrier, request, response).catch((error: unknown) => fail(response, error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url === null) throw new RequestError(400, 'not a path');
  const control = url.pathname.startsWith('/control/');
  await (control ? serveControl : serveApi)(carrier, request, response, url);
}

function fail(response: ServerResponse, error: unknown): void {
  // A connection that was closed under a request needs no answer.
  if (response.destroyed || response.headersSent) return;
  const status = error instanceof RequestError ? error.status : 500;
  answerJson(response, status, { error: error instanceof Error ? error.message : String(error) });
}
