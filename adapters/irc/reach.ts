/** Looks once whether the servers are there: an operator should not hear it from his users. */

import type { IrcConfig } from './config.ts';
import { endpointOf } from './identity.ts';
import type { Remarks } from './remarks.ts';
import { charsetOf } from './wire/charset.ts';
import { Transport } from './wire/transport.ts';

const PATIENCE_MS = 10_000;

/**
 * Connects to each server, TLS included, and hangs up before a word. Nothing waits for it.
 * @returns ends it early
 */
export function lookForServers(
  { servers }: IrcConfig,
  remarks: Pick<Remarks, 'notThere'>,
): () => void {
  const open = new Map(
    Object.entries(servers).map(([server, config]) => {
      const transport = new Transport(endpointOf(config), charsetOf(config.charset), {
        opened: () => end(),
        line: () => {},
        turn: () => {},
        closed: ({ why, words }) => {
          open.delete(server);
          if (why === 'unreachable' || why === 'untrusted') remarks.notThere(server, why, words);
        },
      });
      const end = (): void => transport.destroy({ why: 'ended', words: 'we have seen enough' });
      return [server, { transport, end }];
    }),
  );
  const timer = setTimeout(() => {
    const words = `no answer in ${PATIENCE_MS / 1_000} s`;
    for (const { transport } of open.values()) transport.destroy({ why: 'unreachable', words });
  }, PATIENCE_MS).unref();
  return () => {
    clearTimeout(timer);
    for (const { end } of open.values()) end();
  };
}
