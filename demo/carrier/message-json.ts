import type { Text } from './ledger.ts';

/** The path of the list of messages. */
export function messagesPath(account: string): string {
  return `/2010-04-01/Accounts/${account}/Messages.json`;
}

/** A text as the Messages resource shows it. */
export function messageJson(text: Text, account: string) {
  const uri = messagesPath(account).replace('.json', `/${text.sid}.json`);
  return {
    account_sid: account,
    api_version: '2010-04-01',
    body: text.body,
    date_created: rfc2822(text.createdAt),
    date_sent: text.sentAt === undefined ? null : rfc2822(text.sentAt),
    date_updated: rfc2822(text.updatedAt),
    direction: text.direction,
    error_code: text.errorCode ?? null,
    error_message: null,
    from: text.from,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: '1',
    price: null,
    price_unit: 'USD',
    sid: text.sid,
    status: text.status,
    subresource_uris: { media: uri.replace('.json', '/Media.json') },
    to: text.to,
    uri,
  };
}

/** "Thu, 24 Aug 2023 05:01:45 +0000" */
function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
