import type { Endpoint } from '../settings/endpoint.ts';
import { HTTP_LIMITS, type HttpServer, listenOn, newServer } from './server.ts';

export interface Readiness {
  readonly ok: boolean;
  /** The state of each transport, in a word or a few. */
  readonly detail: Readonly<Record<string, string>>;
}

export interface PrivateHttpOptions {
  readonly listen: Endpoint;
  readonly ready: () => Readiness;
}

/**
 * Opens the listener for the operator's own machines: `GET /livez` is 200 while the process answers,
 * `GET /readyz` 200 when every domain is up and 503 before, with the transports' states as JSON.
 * @throws Error where the address can not be had.
 */
export async function openPrivateHttp(options: PrivateHttpOptions): Promise<HttpServer> {
  const app = newServer(HTTP_LIMITS);
  app.get('/livez', async () => 'ok\n');
  app.get('/readyz', async (_request, reply) => {
    const { ok, detail } = options.ready();
    return reply.code(ok ? 200 : 503).send({ ready: ok, transports: detail });
  });
  return await listenOn(app, options.listen);
}
