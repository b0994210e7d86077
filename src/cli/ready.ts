import { request } from 'node:http';
import type { Endpoint } from '../settings/endpoint.ts';
import { UsageError } from './arguments.ts';
import { EXIT } from './exit.ts';
import { settingsOf } from './settings.ts';
import type { Verb } from './verb.ts';

const ASK_AGAIN_MS = 100;

/** `postern ready --wait 30`: whether all domains are up. */
export const ready: Verb = {
  form: '[--wait SECONDS]',
  summary: 'returns 0 when all domains are up',
  async run(args) {
    const { admin } = await settingsOf(args);
    if (admin === undefined)
      throw new UsageError('ready asks the admin listener: set admin.listen.');
    const until = performance.now() + args.wait * 1_000;
    for (;;) {
      const answer = await ask(admin.listen);
      if (answer?.status === 200) {
        process.stdout.write(`${args.json ? answer.body : 'ready'}\n`);
        return EXIT.ok;
      }
      if (performance.now() >= until) {
        process.stderr.write(`not ready: ${answer?.body ?? 'no answer'}\n`);
        return answer === undefined ? EXIT.unavailable : EXIT.no;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  },
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

function ask({ host, port }: Endpoint): Promise<Answer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
  const asking = request({ host, port, path: '/readyz', timeout: 5_000 }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: body.trim() }));
    response.on('error', () => resolve(undefined));
  });
  asking.on('timeout', () => asking.destroy());
  asking.on('error', () => resolve(undefined));
  asking.end();
  return promise;
}
