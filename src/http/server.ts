import { lookup } from 'node:dns/promises';
import fastify, { type FastifyInstance } from 'fastify';
import type { Endpoint } from '../settings/endpoint.ts';
import { boundConnections } from './connections.ts';

/** What one listener takes from strangers. */
export interface HttpLimits {
  readonly bodyBytes: number;
  /** From the first byte (or the connection) to the end of the headers, and of the body. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly connections: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 64 * 1024,
  headersMs: 10_000,
  requestMs: 15_000,
  connections: 200,
};

/** How late a time-out may be noticed. One timer of Node serves all connections. */
const CHECK_EVERY_MS = 1_000;

/** Longer than the proxies in front keep one, so that none sends into a connection that we close. */
const KEEP_ALIVE_MS = 75_000;

const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpServer {
  /** Where it listens; the port is the real one where 0 was asked for. */
  readonly address: Endpoint;
  /**
   * Takes no new connection, answers 503 to what comes on open ones, and lets what is being answered
   * end; what has not ended after `capMs` is cut.
   */
  stop(capMs: number): Promise<void>;
}

/** A server without routes, whose errors are a status and nothing else. */
export function newServer(
  limits: HttpLimits,
  rewriteUrl: (target: string) => string = (target) => target,
): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, limits.headersMs),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    rewriteUrl: (request) => rewriteUrl(request.url ?? '/'),
  });
  const connections = boundConnections(app.server, limits.connections);
  app.addHook('preHandler', async (request) => connections.busy(request.raw.socket));
  app.addHook('onResponse', async (request) => connections.waiting(request.raw.socket));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send());
  app.setErrorHandler((error, _request, reply) => {
    // What is left of the request is not read.
    void reply.header('connection', 'close').code(statusOf(error)).send();
  });
  return app;
}

/** Starts to listen. @throws Error where the address can not be had. */
export async function listenOn(app: FastifyInstance, listen: Endpoint): Promise<HttpServer> {
  let stopping = false;
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
  // For a name of two addresses Fastify would open a second server, which nothing here would bound.
  const { address: host } = await lookup(listen.host);
  const listening: Promise<string> = app.listen({ host, port: listen.port });
  await listening;
  const bound = app.server.address();
  return {
    address: { host, port: typeof bound === 'object' && bound !== null ? bound.port : listen.port },
    stop: async (capMs) => {
      stopping = true;
      const cap = setTimeout(() => app.server.closeAllConnections(), capMs);
      await app.close();
      clearTimeout(cap);
    },
  };
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
