import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerJson, RequestError } from './http-io.ts';

export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

export type Serve = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Listens on 127.0.0.1. @param port 0 lets the system choose. */
export async function startHttp(port: number, serve: Serve): Promise<RunningServer> {
  const server = createServer((request, response) => {
    route(serve, request, response).catch((error: unknown) => fail(response, error));
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

async function route(
  serve: Serve,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url === null) throw new RequestError(400, 'not a path');
  await serve(request, response, url);
}

function fail(response: ServerResponse, error: unknown): void {
  // A connection that was closed under a request needs no answer.
  if (response.destroyed || response.headersSent) return;
  const status = error instanceof RequestError ? error.status : 500;
  answerJson(response, status, { error: error instanceof Error ? error.message : String(error) });
}
