import { isSupportedCountry } from 'libphonenumber-js/max';
import { secret } from 'postern/adapter';
import { z } from 'zod';

const country = (title: string, description: string) =>
  z
    .string()
    .regex(/^[A-Z]{2}$/, 'Write the two capital letters of the country: US.')
    .refine(isSupportedCountry, 'This is not the code of a country (ISO 3166-1).')
    .meta({ title, description, examples: ['US'] });

const number = (title: string, description: string) =>
  z
    .string('Write the number in quotes: "+12025550100".')
    .regex(
      /^\+[1-9][0-9]{6,14}$/,
      'Write the number with its country code and digits only: "+12025550100".',
    )
    .meta({ title, description, examples: ['+12025550100'] });

/** `config:` of a transport that uses this adapter. */
export const config = z
  .strictObject({
    provider: z
      .literal('twilio')
      .meta({ title: 'Provider', description: "Who carries the texts: an API like Twilio's." }),
    accountSid: z
      .string()
      .regex(/^[A-Za-z0-9-]{2,64}$/, 'Write the account SID as the provider shows it.')
      .refine(
        (sid) => !sid.startsWith('SK'),
        'This is the SID of an API key. Write the account SID, which begins with "AC".',
      )
      .meta({
        title: 'Account SID',
        description: 'The name of your account at the provider.',
        examples: ['AC00000000000000000000000000000000'],
      }),
    authToken: secret('Auth token', 'The password of that account. It also proves webhooks.'),
    secondAuthToken: secret(
      'Second auth token',
      'Webhooks signed with this one are accepted too, while you change the token.',
    ).optional(),
    apiUrl: z
      .url({ protocol: /^https?$/, error: 'Write the address of the API: https://…' })
      .refine(isPrivateOnTheWay, 'Write https: the token would cross the network in the clear.')
      .default('https://api.twilio.com')
      .meta({ title: 'API', description: 'For servers that speak the same API.' }),
    country: country('Country', 'Where numbers without a country code belong to.'),
    allowCountries: z.array(country('Country', 'One country.')).optional().meta({
      title: 'Countries',
      description: 'Where texts may be sent to. Only your own, if left out.',
    }),
    numbers: z.array(number('Number', 'One number.')).default([]).meta({
      title: 'Pool of numbers',
      description: 'Numbers of yours that users get when they register by themselves.',
    }),
    shortCodes: z
      .boolean()
      .default(false)
      .meta({ title: 'Short codes', description: 'Whether users may write to them. It can cost.' }),
    maxSegments: z.int().min(1).max(100).default(10).meta({
      title: 'Longest text',
      description: 'In segments of SMS, each of which the provider charges.',
    }),
  })
  .meta({ title: 'SMS', description: 'A number of a provider, as XMPP contacts.' });

/** One account: the number that is one user's alone. */
export const account = z
  .strictObject({ number: number('Number', 'The number that others see and write to.') })
  .meta({ title: 'SMS account', description: 'What the provider calls this user.' });

export type SmsConfig = z.infer<typeof config>;
export type SmsAccount = z.infer<typeof account>;

function isPrivateOnTheWay(text: string): boolean {
  // What is no address at all was refused already; zod checks on.
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
