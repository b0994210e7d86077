/** Where a server is, and as whom one account goes there. */

import type { AccountLink } from 'postern/adapter';
import type { IrcAccount, ServerConfig } from './config.ts';
import type { Identity } from './wire/registration.ts';
import type { Endpoint } from './wire/transport.ts';

export function endpointOf({ host, port, tls, ca }: ServerConfig): Endpoint {
  return { host, port, tls: tls ? (ca === undefined ? {} : { ca }) : false };
}

/** @param server as in the settings @param nick the wanted one */
export function identityOf(
  { jid, settings }: AccountLink<IrcAccount>,
  server: string,
  { password }: ServerConfig,
  nick: string,
): Identity {
  const { username, realname, sasl } = settings;
  const login = sasl[server];
  return {
    nick,
    username: username ?? userNameOf(jid),
    realname: realname ?? nick,
    ...(password === undefined ? {} : { password }),
    ...(login && { login: { account: login.user, password: login.password } }),
  };
}

/** `ident` of IRC, from the user's own name. */
function userNameOf(jid: string): string {
  const local = jid.slice(0, jid.lastIndexOf('@'));
  return local.replace(/[^A-Za-z0-9]/g, '').slice(0, 9) || 'user';
}
