import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Rig, type RigNetwork } from 'postern/adapter/testing';
import { onTestFinished } from 'vitest';
import definition from '../../index.ts';

const program = fileURLToPath(new URL('../../../../demo/carrier/main.ts', import.meta.url));

export const ACCOUNT_SID = `AC${'0'.repeat(32)}`;
export const AUTH_TOKEN = 'the-token-of-the-stand-in';

/** The carrier stand-in of the demo, as a process. Its README says what it can do. */
export class StandIn {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async control(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
}

export async function startStandIn(number: string): Promise<StandIn> {
  const options = ['--account', ACCOUNT_SID, '--token', AUTH_TOKEN, '--number', number];
  const child = spawn(process.execPath, [program, '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    if (child.kill()) await exited;
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { listening } = JSON.parse(String(line));
  return new StandIn(String(listening));
}

/** The adapter on a stand-in, with its webhooks served as the core's listener does. */
export async function rigOn(
  standIn: StandIn,
  network: RigNetwork,
  memory: ReadonlyMap<string, string> = new Map(),
): Promise<Rig<RigNetwork>> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const hooks = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hooks/`;
  const rig = new Rig({ definition }, network, { hooks, memory });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(rig, request, hooks)
      .then(({ status, contentType, body }) => {
        const type = contentType === undefined ? {} : { 'content-type': contentType };
        response.writeHead(status, type).end(body);
      })
      .catch(() => response.writeHead(500).end());
  });
  onTestFinished(async () => {
    await rig.close();
    server.close();
    server.closeAllConnections();
  });
  await standIn.control('POST', 'inbound-url', { url: rig.url('message').href });
  return rig;
}

async function serve(rig: Rig<RigNetwork>, request: IncomingMessage, hooks: string) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return await rig.post(new URL(request.url ?? '/', hooks), Object.fromEntries(headers), body);
}
