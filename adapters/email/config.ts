import { isIPv4, isIPv6 } from 'node:net';
import { secret } from 'postern/adapter';
import { z } from 'zod';
import { BOUNCE_PREFIX } from './account-name.ts';
import { isKeyPair, isSigningKey } from './keys.ts';
import { asciiDomain, isLocalPart, isMailDomain } from './mail-address.ts';

const MIB = 1024 * 1024;

/** Where something listens, or is reached. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const listen = z
  .string()
  .refine((text) => endpointOf(text) !== undefined, 'Write an address and a port: 127.0.0.1:2525')
  .meta({
    title: 'Listen',
    description:
      'Where mail comes in. Port 25 of a public address to be the mail exchanger of the domain; a port of 127.0.0.1 behind Postfix or another server.',
    examples: ['127.0.0.1:2525'],
  });

const smarthost = z
  .string()
  .refine(
    (text) => smarthostOf(text) !== undefined,
    'Write smtp://host:port or smtps://host:port; user and password belong under login.',
  )
  .meta({
    title: 'Smarthost',
    description:
      'The server that takes mail from here and carries it on. smtp:// begins in the clear and turns to TLS, smtps:// begins with TLS.',
    examples: ['smtp://127.0.0.1:587'],
  });

const verify = z
  .string()
  .refine(
    (text) => verifyOf(text) !== undefined,
    'Write dmarc, upstream:<authserv-id> or off, as in "upstream:mx.example.org".',
  )
  .default('dmarc')
  .meta({
    title: 'Verify',
    description:
      'What proves the sender of a mail. dmarc: its DKIM signature or SPF, checked here. upstream:<authserv-id>: the Authentication-Results header of your own server before Postern. off: nothing, everybody can be anybody.',
  });

const dkim = z
  .strictObject({
    selector: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{0,62}$/i, 'Write the selector: the name before ._domainkey.')
      .meta({ title: 'Selector', description: 'The name of the key in DNS.', examples: ['p1'] }),
    key: secret('Private key', 'The RSA key in PEM, whose public half is in DNS.').refine(
      isSigningKey,
      'This is no private RSA key in PEM of at least 1024 bits.',
    ),
    domain: z
      .string()
      .refine(isMailDomain, 'Write a domain.')
      .optional()
      .meta({
        title: 'Domain',
        description: 'The domain that signs. The mail domain, if left out.',
        examples: ['example.org'],
      }),
  })
  .optional()
  .meta({
    title: 'DKIM',
    description: 'Signs what goes out. Leave it out if the smarthost signs.',
  });

const tls = z
  .strictObject({
    key: secret('Private key', 'In PEM.'),
    cert: secret('Certificate', 'In PEM, with its chain.'),
  })
  .refine(isKeyPair, 'These are no private key and its certificate, both in PEM.')
  .optional()
  .meta({ title: 'TLS', description: 'Lets those who send mail here turn to TLS (STARTTLS).' });

const login = z
  .strictObject({
    user: z
      .string()
      .min(1)
      .meta({
        title: 'User',
        description: 'The name at the smarthost.',
        examples: ['postern'],
      }),
    password: secret('Password', 'Its password.'),
  })
  .optional()
  .meta({ title: 'Login', description: 'How Postern logs in to the smarthost, if it must.' });

/** `config:` of a transport that uses this adapter. */
export const config = z
  .strictObject({
    listen,
    protocol: z.enum(['smtp', 'lmtp']).default('smtp').meta({
      title: 'Protocol',
      description: 'What is spoken there. lmtp only behind a server of your own.',
    }),
    verify,
    resolver: z
      .array(z.string().refine(isResolver, 'Write an IP address, with or without a port.'))
      .optional()
      .meta({
        title: 'Resolver',
        description:
          "The DNS servers that are asked for DMARC, DKIM and SPF. The system's, if left out.",
        examples: [['192.0.2.53']],
      }),
    smarthost,
    login,
    clearText: z.boolean().default(false).meta({
      title: 'Clear text',
      description:
        'Whether mail and password may go to a smarthost on another machine without TLS, if it offers none.',
    }),
    dkim,
    tls,
    domain: z
      .string()
      .refine((text) => isMailDomain(asciiDomain(text)), 'Write a domain.')
      .optional()
      .meta({
        title: 'Mail domain',
        description:
          "What stands after the @ of the users' addresses. The transport's domain, if left out.",
        examples: ['example.org'],
      }),
    receipt: z.enum(['delivered', 'handed']).default('delivered').meta({
      title: 'Receipt',
      description:
        'When a sender gets his receipt. delivered: when the server of the recipient reports it, which many never do. handed: when the smarthost has taken the mail.',
    }),
    maxBytes: z
      .int()
      .min(64 * 1024)
      .max(100 * MIB)
      .default(10 * MIB)
      .meta({ title: 'Largest mail', description: 'In bytes, of one that comes in.' }),
    maxConnections: z.int().min(1).max(10_000).default(500).meta({
      title: 'Connections',
      description: 'How many may send mail here at once.',
    }),
    connectionsPerAddress: z.int().min(1).max(10_000).default(50).meta({
      title: 'Connections of one address',
      description: 'How many of them from one IP address. Not for 127.0.0.1.',
    }),
    mailsPerMinute: z.int().min(1).max(100_000).default(120).meta({
      title: 'Mails of one address',
      description: 'How many mails one IP address may send in a minute. Not for 127.0.0.1.',
    }),
  })
  .meta({ title: 'E-mail', description: 'Mail addresses as XMPP contacts.' });

const localPart = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine(isLocalPart, 'Write what stands before the @, in letters, digits and . _ - + =')
  .refine(
    (text) => !text.startsWith(BOUNCE_PREFIX),
    `What begins with ${BOUNCE_PREFIX} is a return address: no mail to it would arrive.`,
  );

/** One account: what stands before the @ of its address, and further such names. */
export const account = z
  .strictObject({
    // It stands in the header of what he writes, which not every server takes beyond ASCII.
    address: localPart.refine(isAscii, 'Write it in ASCII: other letters can be in aliases.').meta({
      title: 'Address',
      description: 'What stands before the @ of the address of this user.',
      examples: ['juliet'],
    }),
    aliases: z
      .array(localPart)
      .default([])
      .meta({
        title: 'Aliases',
        description: 'Further names whose mail this user gets.',
        examples: [['jules']],
      }),
  })
  .meta({ title: 'E-mail account', description: 'The addresses of this user.' });

export type EmailConfig = z.infer<typeof config>;
export type EmailAccount = z.infer<typeof account>;

/** What proves the sender of a mail. */
export type Verify =
  | { readonly by: 'dmarc' }
  | { readonly by: 'upstream'; readonly authservId: string }
  | { readonly by: 'off' };

/** Undefined for what is no such setting. */
export function verifyOf(text: string): Verify | undefined {
  if (text === 'dmarc' || text === 'off') return { by: text };
  const [, authservId] = /^upstream:([A-Za-z0-9._-]{1,255})$/.exec(text) ?? [];
  return authservId === undefined ? undefined : { by: 'upstream', authservId };
}

export interface Smarthost extends Endpoint {
  /** TLS from the first byte. */
  readonly tls: boolean;
}

/** Undefined for what is no such setting. A password does not belong into an address. */
export function smarthostOf(text: string): Smarthost | undefined {
  const [, scheme, rest = ''] = /^(smtps?):\/\/([^/?#@]+)\/?$/.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const tls = scheme === 'smtps';
  const endpoint = endpointOf(/:\d+$/.test(rest) ? rest : `${rest}:${tls ? 465 : 587}`);
  return endpoint && endpoint.port > 0 ? { ...endpoint, tls } : undefined;
}

/** `host:port`, with IPv6 addresses in brackets. Undefined for anything else. */
export function endpointOf(text: string): Endpoint | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]+)\]|([^:[\]\s/@]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) return undefined;
  const valid =
    bracketed === undefined ? isIPv4(host) || /^[a-z0-9][a-z0-9.-]*$/i.test(host) : isIPv6(host);
  return valid ? { host, port } : undefined;
}

/** An address of this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function isResolver(text: string): boolean {
  return isIPv4(text) || isIPv6(text) || endpointOf(text) !== undefined;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
