import { secret } from 'postern/adapter';
import { z } from 'zod';
import { charsetOf } from './wire/charset.ts';
import { isNick } from './wire/line.ts';
import { PACES } from './wire/throttle.ts';

/** The part behind the `%` of an address: it must not look like a host name, which is another form. */
const SERVER_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** A name, or an address. A port behind it would be taken for a part of the name, which nobody finds. */
const HOST = /^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$/;

const serverName = z
  .string()
  .regex(SERVER_NAME, 'Write a short name of small letters and digits: libera');

const server = z
  .strictObject({
    host: z
      .string()
      .regex(HOST, 'must be the name of the server alone, without port and scheme.')
      .meta({ title: 'Host', description: 'Where it is.', examples: ['irc.libera.chat'] }),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .default(6697)
      .meta({ title: 'Port', description: 'Its port.' }),
    tls: z.boolean().default(true).meta({
      title: 'TLS',
      description:
        'The certificate is always verified, and nothing is ever sent in the clear instead. false: clear text, for a server on the same machine.',
    }),
    ca: z
      .string()
      .optional()
      .meta({
        title: 'Authority',
        description:
          'Whom to trust in place of the usual authorities: their certificates in PEM, or that of the server itself.',
        examples: [{ file: 'secrets/irc-ca.pem' }],
      }),
    password: secret('Password', 'Of the server itself (PASS), if it has one.').optional(),
    charset: z
      .string()
      .refine(isCharset, 'Write a charset: utf-8, iso-8859-15, koi8-r, shift_jis')
      .default('utf-8')
      .meta({
        title: 'Charset',
        description:
          'Of lines that are no UTF-8, and of what is sent, as far as it has the letters.',
      }),
    connections: z.int().min(1).max(10_000).default(10).meta({
      title: 'Connections',
      description:
        'How many users may be connected at once. Most networks allow only a few from one address, and more when they are asked.',
    }),
    pace: z
      .enum(Object.keys(PACES) as [keyof typeof PACES, ...(keyof typeof PACES)[]])
      .default('usual')
      .meta({
        title: 'Pace',
        description:
          'How fast a user may send without being thrown out. strict: EFnet and IRCnet. usual: most. relaxed: ngIRCd. none: a server of your own that does not count.',
      }),
  })
  .meta({
    title: 'Server',
    description: 'One network.',
    examples: [{ host: 'irc.libera.chat' }],
  });

/** `config:` of a transport that uses this adapter. */
export const config = z
  .strictObject({
    servers: z
      .record(serverName, server)
      .refine((servers) => Object.keys(servers).length > 0, 'Write one server at least.')
      .meta({
        title: 'Servers',
        description:
          'The networks that users can reach, each by a short name: #channel%libera. There are no others.',
        examples: [{ libera: { host: 'irc.libera.chat' } }],
      }),
    styling: z.boolean().default(true).meta({
      title: 'Styling',
      description: 'Whether *bold*, _italic_, ~strike~ and `mono` become the codes of IRC.',
    }),
    maxLines: z.int().min(1).max(100).default(10).meta({
      title: 'Longest message',
      description: 'In lines of IRC, each of which is a message of its own there.',
    }),
  })
  .meta({ title: 'IRC', description: 'Channels as rooms, and nicks as contacts.' });

const nick = z
  .string()
  .refine(isNick, 'Write a nick: letters and digits, without spaces.')
  .optional()
  .meta({
    title: 'Nick',
    description: 'The nick of this user. The one that he asks for as he joins, if left out.',
    examples: ['juliet'],
  });

/** One account: who a user is on the servers. */
export const account = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(500)
      .meta({
        title: 'Name',
        description: 'What tells this user from all others: his address.',
        examples: ['juliet@example.org'],
      }),
    nick,
    username: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,9}$/, 'Write up to ten letters and digits.')
      .optional()
      .meta({
        title: 'User name',
        description: 'What stands before the @ of his address on IRC.',
        examples: ['juliet'],
      }),
    realname: z
      .string()
      .regex(/^[^\p{Cc}]{1,50}$/u, 'Write a name of up to 50 characters.')
      .optional()
      .meta({
        title: 'Real name',
        description: 'What WHOIS shows. His nick, if left out.',
        examples: ['Juliet Capulet'],
      }),
    sasl: z
      .record(
        serverName,
        z.strictObject({
          user: z.string().min(1).meta({ title: 'User', description: 'His account there.' }),
          password: secret('Password', 'Its password.'),
        }),
      )
      .default({})
      .meta({
        title: 'Log-in',
        description: 'His accounts, by the name of the server (SASL PLAIN, by TLS only).',
        examples: [{ libera: { user: 'juliet', password: { file: 'secrets/juliet-libera' } } }],
      }),
  })
  .meta({ title: 'IRC account', description: 'Who this user is on IRC.' });

export type IrcConfig = z.infer<typeof config>;
export type IrcAccount = z.infer<typeof account>;
export type ServerConfig = z.infer<typeof server>;

function isCharset(label: string): boolean {
  try {
    charsetOf(label);
    return true;
  } catch {
    return false;
  }
}
