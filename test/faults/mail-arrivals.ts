import { bodyOf, type XmppClient } from '../support/clients/client.ts';
import type { EmbeddedView } from '../support/embedded-redis.ts';

/** The text of each mail that has come, when nothing is on its way any more, with the ids of its stanzas. */
export async function arrivedMails(
  view: EmbeddedView,
  client: XmppClient,
): Promise<Map<string, string[]>> {
  await view.served('mail.k');
  await view.served('mail.i');
  // The answer comes after all that the server has had for the client before.
  await client.iq('get', 'localhost', "<ping xmlns='urn:xmpp:ping'/>");
  const ids = new Map<string, string[]>();
  for (const stanza of client.rest) {
    const body = bodyOf(stanza);
    if (body !== undefined) ids.set(body, [...(ids.get(body) ?? []), stanza.attrs.id ?? '']);
  }
  return ids;
}
