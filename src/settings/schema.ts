/** The only source of what an operator can write: validation, editors, example and reference come from here. */

import { z } from 'zod';
import { secret } from '../contract/index.ts';
import type { Endpoint } from './endpoint.ts';
import { access, connect, deadline, domain, listen, publicUrl, user } from './fields.ts';
import { redisSchema } from './redis.ts';

export const DEFAULT_CONNECT: Endpoint = { host: '127.0.0.1', port: 5347 };
const DEFAULT_CONNECT_TEXT = `${DEFAULT_CONNECT.host}:${DEFAULT_CONNECT.port}`;
const MIN_SECRET_LENGTH = 8;

const xmppSchema = z
  .strictObject({
    server: domain().meta({
      title: 'Server',
      description: "The server's own domain: that of its users.",
      examples: ['example.org'],
    }),
    connect: connect()
      .optional()
      .meta({
        title: 'Component port',
        description: 'Where the server takes external components (XEP-0114).',
        default: DEFAULT_CONNECT_TEXT,
        examples: [DEFAULT_CONNECT_TEXT],
      }),
    tls: z.boolean().optional().meta({
      title: 'Direct TLS',
      description: 'Speaks TLS from the first byte and verifies the certificate of that host.',
      default: false,
    }),
    secret: secret(
      'Secret',
      'What the server has as the secret (password) of the component. At least 8 characters.',
    )
      .min(MIN_SECRET_LENGTH)
      .meta({ examples: [{ file: 'secrets/xmpp' }] }),
    insecure: z
      .string()
      .optional()
      .meta({
        title: 'Allow plain TCP',
        description:
          "Plain TCP beyond this machine shows the secret's digest and every message to whoever listens, " +
          'and is refused; unless these words, with the very host, allow it.',
        examples: ['allow plain TCP to 10.0.0.5'],
      }),
  })
  .meta({ title: 'XMPP server', description: 'The server that Postern is attached to.' });

export const transportSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, {
        error: 'must be a-z, 0-9 and "-", beginning with a letter, at most 32 characters.',
      })
      .meta({
        title: 'Id',
        description:
          'Its name in commands, logs and webhook addresses. Stored with every message: keep it.',
        examples: ['paper'],
      }),
    use: z
      .string()
      .min(1)
      .meta({
        title: 'Adapter',
        description:
          'One that comes with Postern, the name of an npm package, or a path that begins with ./',
        examples: ['paper'],
      }),
    domain: domain().meta({
      title: 'Domain',
      description: 'The domain of its contacts, as the server knows the component.',
      examples: ['paper.example.org'],
    }),
    config: z.record(z.string(), z.unknown()).optional().meta({
      title: 'Adapter settings',
      description: "The adapter's own settings: see its part of this page.",
    }),
    accounts: z.record(z.string(), z.unknown()).optional().meta({
      title: 'Accounts',
      description:
        'Users whose account is fixed here, by their bare JID. It wins over what they register themselves.',
    }),
    access: access()
      .optional()
      .meta({
        title: 'Who may use it',
        description: 'Replaces the access of the whole gateway for this transport.',
        examples: [['juliet@example.org']],
      }),
    xmpp: xmppSchema
      .partial()
      .optional()
      .meta({
        title: 'XMPP server of this transport',
        description: 'Replaces single keys of the xmpp block above for this transport.',
        examples: [{ secret: { file: 'secrets/other' } }],
      }),
    dailyLimit: z.int().min(1).default(500).meta({
      title: 'Daily limit',
      description:
        "How much one user may send in a day (UTC), in the network's own unit: see the adapter.",
    }),
    perMinute: z.int().min(1).max(100_000).default(30).meta({
      title: 'Messages a minute',
      description: 'How many messages one user may send in a minute, and at once.',
    }),
    keepRooms: z.boolean().default(false).meta({
      title: 'Keep rooms',
      description:
        'Where the network has rooms: whether a user stays in one when his last client has left it, and comes back into it after a restart.',
    }),
    archiveRooms: z.boolean().default(true).meta({
      title: 'Archive of rooms',
      description:
        'Where the network has rooms: whether what is said in them is kept for 30 days, for the users who heard it.',
    }),
    unknownOutcome: z
      .enum(['fail', 'resend'])
      .default('fail')
      .meta({
        title: 'Unknown outcome',
        description:
          'When nobody can tell whether a message was sent. fail: its sender is told that it may have been. ' +
          'resend: it is sent again, and may arrive twice.',
      }),
    deadline: deadline()
      .optional()
      .meta({
        title: 'Deadline',
        description:
          "How long a message is tried before its sender is told that it expired. Default: the adapter's.",
        examples: ['4h'],
      }),
  })
  .meta({ title: 'Transport', description: 'One adapter, its domain and its settings.' });

export const settingsSchema = z
  .strictObject({
    xmpp: xmppSchema,
    admins: z
      .array(user())
      .default([])
      .meta({
        title: 'Administrators',
        description: 'Bare JIDs. They get alarms, and what nobody owns.',
        examples: [['ops@example.org']],
      }),
    access: access()
      .optional()
      .meta({
        title: 'Who may use it',
        description: "Domains and bare JIDs. Default: the server's own domain.",
        examples: [['example.org']],
      }),
    redis: redisSchema.meta({ title: 'Redis' }),
    durability: z.enum(['always', 'relaxed']).default('always').meta({
      title: 'Durability',
      description:
        'always: nothing is acknowledged before it is on disk. relaxed: faster; a power failure may cost the last second.',
    }),
    state: z.string().min(1).default('./state').meta({
      title: 'Data directory',
      description: 'Embedded Redis, history, large messages. Relative to this file.',
    }),
    http: z
      .strictObject({
        listen: listen('127.0.0.1:8480'),
        publicUrl: publicUrl()
          .optional()
          .meta({
            title: 'Public address',
            description:
              'How this listener is reached from outside, through your reverse proxy. Webhooks are at /hooks/<transport>/<name> below it.',
            examples: ['https://gw.example.org'],
          }),
      })
      .optional()
      .meta({
        title: 'Public listener',
        description: 'Webhooks, for networks that call Postern. Left out: none.',
      }),
    admin: z
      .strictObject({
        listen: listen('127.0.0.1:8481'),
        insecure: z
          .string()
          .optional()
          .meta({
            title: 'Allow other hosts',
            description:
              'It asks for no password, so it listens on loopback only; unless these words, with the very host, allow another.',
            examples: ['allow everyone who reaches 10.0.0.5'],
          }),
      })
      .optional()
      .meta({
        title: 'Private listener',
        description: '/livez and /readyz. Never make it public. Left out: none.',
      }),
    log: z
      .strictObject({
        level: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({
          title: 'Level',
          description: 'The least that is logged. Only debug shows whole addresses.',
        }),
      })
      .prefault({})
      .meta({ title: 'Log', description: 'JSON lines on standard output.' }),
    transports: z.array(transportSchema).min(1).meta({
      title: 'Transports',
      description: 'The networks that users can reach.',
    }),
  })
  .meta({
    title: 'Postern',
    description: 'Configuration of Postern, an XMPP gateway.',
  });
