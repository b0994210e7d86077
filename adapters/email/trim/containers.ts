/** What elements of an HTML mail are for, by the names that mail programs give them. */

import type { DomNode } from 'html-to-text';

export type Role =
  | 'hidden'
  /** Holds history. */
  | 'quote'
  /** Only looks like a quote. */
  | 'block'
  /** History begins here and reaches to the end. */
  | 'history'
  | 'attribution'
  | 'signature';

const CLASSES: ReadonlyMap<string, Role> = named({
  // Gmail, Thunderbird
  attribution: 'gmail_attr moz-cite-prefix',
  // Yahoo, Proton, Zoho, Outlook for phones, Front, Spark, HubSpot, Zimbra, Missive
  quote:
    'yahoo_quoted protonmail_quote zmail_extra ms-outlook-mobile-reference-message front-blockquote hs_reply missive_quote tutanota_quote gmx_quote',
  // Gmail, Thunderbird, Proton, Mailbird, Airmail, Outlook for phones, Front
  signature:
    'gmail_signature gmail_signature_prefix moz-signature protonmail_signature_block mb_sig bloop_sign ms-outlook-mobile-signature front-signature tutanota_signature zm_signature',
});

const IDS: ReadonlyMap<string, Role> = named({
  // Roundcube
  attribution: 'reply-intro',
  // Outlook for Mac, new Outlook, Yahoo
  quote: 'olk_src_body_section mail-editor-reference-message-container yahoo_quoted',
  // Outlook on the web, Hotmail, Zimbra
  history: 'divrplyfwdmsg appendonsend stopspelling zwchr',
  // Outlook, Apple, Yahoo
  signature:
    'signature applemailsignature ms-outlook-mobile-signature ymail_android_signature ymail_ios_signature edo-signature',
});

const ATTRIBUTES: ReadonlyMap<string, Role> = named({
  // GMX and web.de, Spark
  quote: 'name=quote name=messagereplysection',
  // Gmail, Windows Mail, Spark
  signature: 'data-smartmail=gmail_signature data-signatureblock=true name=messagesignaturesection',
  // Zimbra
  history: 'data-marker=__divider__',
});

/** A frame above the headers of the original which Word draws. */
const WORD_FRAME = /border-top:solid#(?:b5c4df|e1e1e1|e0e0e0)/;
const UNSEEN = /display:none|visibility:hidden|mso-hide:all|max-height:0(?:px)?(?:;|$)/;
const INDENT = /border(?:-style|-width)?:(?:none|0)/;
const LONGEST_ATTRIBUTE = 2000;

/** Undefined for what is there to be read. */
export function roleOf({ name, attribs }: DomNode): Role | undefined {
  const style = attribute(attribs, 'style').replace(/\s/g, '');
  if (attribs?.hidden !== undefined || UNSEEN.test(style)) return 'hidden';
  const id = attribute(attribs, 'id');
  const byName = IDS.get(id.replace(/^x_/, '')) ?? byClass(attribs) ?? byAttribute(attribs);
  if (byName !== undefined) return byName;
  if (WORD_FRAME.test(style)) return 'history';
  if (name === 'blockquote' && INDENT.test(style) && attribute(attribs, 'type') !== 'cite') {
    return 'block';
  }
  return undefined;
}

function byClass(attribs: DomNode['attribs']): Role | undefined {
  for (const name of attribute(attribs, 'class').split(/\s+/, 12)) {
    const role = CLASSES.get(name.replace(/^x_/, ''));
    if (role !== undefined) return role;
  }
  return undefined;
}

function byAttribute(attribs: DomNode['attribs']): Role | undefined {
  for (const name of ['name', 'data-marker', 'data-smartmail', 'data-signatureblock']) {
    const role = ATTRIBUTES.get(`${name}=${attribute(attribs, name)}`);
    if (role !== undefined) return role;
  }
  return undefined;
}

function attribute(attribs: DomNode['attribs'], name: string): string {
  const value: unknown = attribs?.[name];
  return typeof value === 'string' ? value.slice(0, LONGEST_ATTRIBUTE).toLowerCase() : '';
}

function named(lists: Partial<Record<Role, string>>): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const role of ['quote', 'history', 'attribution', 'signature'] as const) {
    for (const name of lists[role]?.split(' ') ?? []) roles.set(name, role);
  }
  return roles;
}
