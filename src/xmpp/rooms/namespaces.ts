/** Namespaces of XEP-0045, and of what belongs to its rooms. */

export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
export const NS_MUC_ADMIN = 'http://jabber.org/protocol/muc#admin';
export const NS_MUC_OWNER = 'http://jabber.org/protocol/muc#owner';
/** XEP-0004 */
export const NS_DATA = 'jabber:x:data';
/** XEP-0421 */
export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';
