/** Roles and affiliations, asked for and changed: XEP-0045 §8–9. The network decides who may. */

import type { Ban, Refusal } from '../../contract/index.ts';
import { visibleName } from '../../text-direction.ts';
import { type BareJid, bareJid, JidError, jidLocal } from '../jid.ts';
import { readJid } from '../stanza/addresses.ts';
import { xmlCharacters } from '../stanza/characters.ts';
import { child, type Element, element, textOf } from '../xml/element.ts';
import { NS_MUC_ADMIN } from './namespaces.ts';
import type { Shown } from './occupants.ts';
import { inOneStanza } from './one-stanza.ts';
import type { Change, RoomsHost } from './port.ts';
import type { View } from './view.ts';

const MAX_ITEMS = 20;
const MAX_REASON = 500;
/** Escaped, three times as much: an address has place for it. */
const MAX_MASK = 300;

const ROLES = ['moderator', 'participant', 'visitor', 'none'] as const;
const AFFILIATIONS = ['owner', 'admin', 'member', 'none', 'outcast'] as const;

const NOBODY = refusal('item-not-found', 'There is nobody of this name in the room.');
const NOT_BANNED = refusal('item-not-found', 'Nobody with this address is banned from the room.');
const NO_CHANGES = refusal('feature-not-implemented', 'Nothing of this can be changed from here.');
const NO_BANS = refusal('feature-not-implemented', 'Who is banned is not known here.');
const UNREADABLE: Refusal = {
  condition: 'bad-request',
  type: 'modify',
  text: 'It must say who, and which role or affiliation.',
};

/** Of which a list is wanted. */
interface Wanted {
  readonly role: (typeof ROLES)[number] | undefined;
  readonly affiliation: (typeof AFFILIATIONS)[number] | undefined;
}

/** @returns likewise why there is no such list */
export function readWanted(query: Element): Wanted | Refusal {
  const item = child(query, 'item', NS_MUC_ADMIN);
  const role = one(ROLES, item?.attrs.role);
  const affiliation = one(AFFILIATIONS, item?.attrs.affiliation);
  return role === undefined && affiliation === undefined ? UNREADABLE : { role, affiliation };
}

/** Those who have a role or an affiliation, of those who are here; of very many the first. */
export function listed(wanted: Wanted, view: View): Element {
  return element('query', NS_MUC_ADMIN, {}, inOneStanza(itemsOf(wanted, view)));
}

function* itemsOf({ role, affiliation }: Wanted, view: View): Iterable<Element> {
  for (const each of view.occupants ?? []) {
    const fits = role === undefined ? each.affiliation === affiliation : each.role === role;
    if (fits) yield itemOf(each, view.address);
  }
}

/**
 * Whom the network bans (§9.2). Nobody behind a mask is at its address, by which the ban can be lifted.
 * @param domain ours
 * @returns likewise why there is no list
 */
export async function banned(
  view: View,
  host: RoomsHost,
  domain: string,
): Promise<Element | Refusal> {
  const bans = (await host.bans?.(view)) ?? NO_BANS;
  if ('condition' in bans) return bans;
  return element('query', NS_MUC_ADMIN, {}, inOneStanza(outcasts(bans, domain)));
}

function* outcasts(bans: Iterable<Ban>, domain: string): Iterable<Element> {
  for (const ban of bans) yield outcast(ban, domain);
}

/** A mask is no address. It is shown as one of ours, in which `?` stands for what an address can not have. */
function addressOf({ who }: Ban, domain: string): BareJid {
  const shown = who.slice(0, MAX_MASK).replace(/[^!-~]/g, '?');
  return bareJid({ local: jidLocal(shown === '' ? '?' : shown), domain });
}

function outcast(ban: Ban, domain: string): Element {
  const { by } = ban;
  const jid = addressOf(ban, domain);
  const reason = by === undefined ? undefined : `Set by ${visibleName(xmlCharacters(by))}`;
  return element('item', NS_MUC_ADMIN, { jid, affiliation: 'outcast' }, [
    reason === undefined ? undefined : element('reason', NS_MUC_ADMIN, {}, [reason]),
  ]);
}

/** Makes all the changes that are asked for, until one is refused. @param domain ours */
export async function changed(
  query: Element,
  view: View,
  host: RoomsHost,
  domain: string,
): Promise<Refusal | undefined> {
  const items = query.children.filter(
    (each): each is Element =>
      typeof each !== 'string' && each.name === 'item' && each.ns === NS_MUC_ADMIN,
  );
  if (items.length === 0 || items.length > MAX_ITEMS) return UNREADABLE;
  if (host.administer === undefined) return NO_CHANGES;
  for (const item of items) {
    const read = readChange(item, view);
    const change = 'condition' in read ? read : await ofBan(read, view, host, domain);
    const refused = 'condition' in change ? change : await host.administer(view, change);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Whose affiliation is to be none, and whose address is one of ours, is one of those who are banned. */
async function ofBan(
  change: Change,
  view: View,
  host: RoomsHost,
  domain: string,
): Promise<Change | Refusal> {
  const { who, becomes } = change;
  const isNone = 'affiliation' in becomes && becomes.affiliation === 'none';
  if (!('jid' in who) || who.jid.domain !== domain || !isNone) return change;
  const bans = (await host.bans?.(view)) ?? NO_BANS;
  if ('condition' in bans) return bans;
  const ban = bans.find((each) => addressOf(each, domain) === bareJid(who.jid));
  return ban === undefined ? NOT_BANNED : { ...change, who: { ban: ban.who } };
}

function readChange(item: Element, view: View): Change | Refusal {
  const role = one(ROLES, item.attrs.role);
  const affiliation = one(AFFILIATIONS, item.attrs.affiliation);
  const who = readWho(item, view);
  if ('condition' in who) return who;
  const becomes = role === undefined ? affiliation && { affiliation } : { role };
  if (becomes === undefined) return UNREADABLE;
  const said = child(item, 'reason', NS_MUC_ADMIN);
  const reason = said === undefined ? '' : textOf(said).trim().slice(0, MAX_REASON).toWellFormed();
  return reason === '' ? { who, becomes } : { who, becomes, reason };
}

/** By his nick here, by his address here, or (to ban him) by an address of the network's. */
function readWho(item: Element, view: View): Change['who'] | Refusal {
  const { nick, jid } = item.attrs;
  if (nick !== undefined) return occupant(view, nick);
  const address = readJid(jid);
  if (address instanceof JidError) return UNREADABLE;
  if (bareJid(address) !== view.address) return { jid: address };
  return occupant(view, address.resource ?? '');
}

function occupant(view: View, name: string): Change['who'] | Refusal {
  const found = view.occupants?.byName(name);
  return found === undefined ? NOBODY : { nick: found.nick };
}

/** §9.5 has an address in it. It is the one that he has here: his own nobody sees. */
function itemOf({ name, role, affiliation }: Shown, room: string): Element {
  const jid = `${room}/${name}`;
  return element('item', NS_MUC_ADMIN, { jid, nick: name, role, affiliation });
}

function one<const T extends string>(of: readonly T[], text: string | undefined): T | undefined {
  return of.find((each) => each === text);
}

function refusal(condition: Refusal['condition'], text: string): Refusal {
  return { condition, type: 'cancel', text };
}
