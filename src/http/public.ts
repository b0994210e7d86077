import type { FastifyRequest } from 'fastify';
import type {
  AdapterLog,
  TransportId,
  WebhookHandler,
  WebhookRequest,
  WebhookResponse,
} from '../contract/index.ts';
import { crashPoint, crashPointSoon } from '../crash-point.ts';
import type { Endpoint } from '../settings/endpoint.ts';
import { HTTP_LIMITS, type HttpLimits, type HttpServer, listenOn, newServer } from './server.ts';
import type { Webhooks } from './webhooks.ts';

export interface PublicHttpOptions {
  readonly listen: Endpoint;
  /** Under which the networks reach this listener, through whatever proxy stands before it. */
  readonly publicUrl: URL | undefined;
  /** Transports whose webhooks will come: until they are mounted their callers are asked to come again. */
  readonly expected?: ReadonlySet<string>;
  readonly log: AdapterLog;
  readonly limits?: Partial<HttpLimits>;
}

export interface PublicHttp extends HttpServer {
  readonly webhooks: Webhooks;
}

interface Mounted {
  readonly transport: TransportId;
  readonly handle: WebhookHandler;
}

/**
 * Opens the listener that networks reach: `POST /hooks/<transport>/<name>`, and 404 for all else, 503
 * for a transport that is expected and not there yet.
 * A proxy may pass the path of `publicUrl` on, or strip it.
 * @throws Error where the address can not be had.
 */
export async function openPublicHttp(options: PublicHttpOptions): Promise<PublicHttp> {
  const { listen, publicUrl, log } = options;
  const prefix = publicUrl?.pathname.replace(/\/+$/, '') ?? '';
  const base = `${publicUrl?.origin ?? `http://${listen.host}:${listen.port}`}${prefix}`;
  const mounted = new Map<string, Mounted>();
  const hookOf = (request: FastifyRequest) => mounted.get(pathOf(request));
  // Before this process serves the transport, and while it stands by.
  const isExpected = (request: FastifyRequest) => {
    const [, , transport = ''] = pathOf(request).split('/');
    return options.expected?.has(transport) === true;
  };

  const app = newServer({ ...HTTP_LIMITS, ...options.limits }, (target) => {
    // RFC 9112 §3.2.2: a target may be a whole URL. Its host says nothing, as `Host` does.
    const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
    return path.startsWith(`${prefix}/hooks/`) ? path.slice(prefix.length) : path;
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_: unknown, body: Buffer) => body);
  app.post('/hooks/:transport/:name', {
    // Before a byte of the body is read.
    onRequest: async (request, reply) => {
      const known = hookOf(request) !== undefined;
      const encoding = request.headers['content-encoding'] ?? 'identity';
      if (known && encoding === 'identity') {
        // Fastify refuses a type that is malformed. The handler is given what came, and judges.
        delete request.raw.headers['content-type'];
        return undefined;
      }
      return reply
        .header('connection', 'close')
        .code(known ? 415 : isExpected(request) ? 503 : 404)
        .send();
    },
    handler: async (request, reply) => {
      const hook = hookOf(request);
      if (hook === undefined) return reply.code(404).send();
      const { status, contentType, body } = await answer(hook, request);
      if (contentType !== undefined) reply.type(contentType);
      crashPoint('answer.before', hook.transport);
      crashPointSoon('answer.after', hook.transport);
      return reply.code(status).send(body);
    },
  });

  const answer = async (hook: Mounted, request: FastifyRequest): Promise<WebhookResponse> => {
    try {
      return await hook.handle(webhookRequest(base, request));
    } catch (error) {
      const fields = { transport: hook.transport, path: pathOf(request), ...describe(error) };
      log.error(fields, 'A webhook handler failed.');
      return { status: 500 };
    }
  };

  const webhooks: Webhooks = {
    mount: (transport, name, handle) => {
      const path = `/hooks/${transport}/${name}`;
      if (mounted.has(path)) throw new Error(`${path} is mounted already.`);
      mounted.set(path, { transport, handle });
    },
    unmount: (transport) => {
      for (const [path, hook] of mounted) if (hook.transport === transport) mounted.delete(path);
    },
    url: (transport, name) => {
      if (publicUrl === undefined) {
        throw new Error('Webhooks need a public address: set http.publicUrl.');
      }
      return new URL(`${base}/hooks/${transport}/${name}`);
    },
  };
  return { webhooks, ...(await listenOn(app, listen)) };
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').replace(/[?#].*$/s, '');
}

function webhookRequest(base: string, request: FastifyRequest): WebhookRequest {
  const target = request.raw.url ?? '';
  const mark = target.indexOf('?');
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(mark < 0 ? '' : target.slice(mark))) {
    if (!query.has(name)) query.set(name, value);
  }
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(request.raw.headersDistinct)) {
    const first = values?.at(0);
    if (first !== undefined) headers.set(name, first);
  }
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return { url: `${base}${target}`, query, headers, body };
}

/** Which error, and where: its message may quote the request. */
function describe(error: unknown): { error: string; at?: string } {
  if (!(error instanceof Error)) return { error: typeof error };
  const trace = error.stack?.replace(error.message, '') ?? '';
  const at = /^\s+at (.*)$/m.exec(trace)?.[1];
  return at === undefined ? { error: error.name } : { error: error.name, at };
}
