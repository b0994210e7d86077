import { child, type Element, escapeXml, textOf } from './element.ts';

/** What the demo looks at of a message. */
export interface Message {
  /** Bare. */
  readonly from: string;
  /** Who says it, where it is said in a room (XEP-0045 §7.4). */
  readonly nick: string | undefined;
  readonly id: string | undefined;
  readonly body: string | undefined;
  readonly subject: string | undefined;
  /** The conversation it belongs to (XEP-0201). */
  readonly thread: string | undefined;
  /** The id of the message that has arrived (XEP-0184 §5.3). */
  readonly receiptFor: string | undefined;
  /** The reason, where this is an error. */
  readonly error: string | undefined;
}

export function readMessage(stanza: Element): Message | undefined {
  if (stanza.name !== 'message') return undefined;
  const body = child(stanza, 'body');
  const subject = child(stanza, 'subject');
  const thread = child(stanza, 'thread');
  const { id, type, from = '' } = stanza.attrs;
  const [bare = ''] = from.split('/', 1);
  return {
    from: bare,
    nick: type === 'groupchat' && bare !== from ? from.slice(bare.length + 1) : undefined,
    id,
    body: body === undefined ? undefined : textOf(body),
    subject: subject === undefined ? undefined : textOf(subject),
    thread: thread === undefined ? undefined : textOf(thread),
    receiptFor: child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id,
    error: type === 'error' ? reasonIn(stanza) : undefined,
  };
}

/** A message that asks for a receipt (XEP-0184 §5.1). */
export function writeMessage(to: string, body: string, id: string, thread?: string): string {
  return (
    `<message to='${escapeXml(to)}' id='${escapeXml(id)}' type='chat'>` +
    `<body>${escapeXml(body)}</body>` +
    (thread === undefined ? '' : `<thread>${escapeXml(thread)}</thread>`) +
    "<request xmlns='urn:xmpp:receipts'/></message>"
  );
}

/** A message to all in a room (XEP-0045 §7.4). */
export function writeToRoom(room: string, body: string, id: string): string {
  return (
    `<message to='${escapeXml(room)}' id='${escapeXml(id)}' type='groupchat'>` +
    `<body>${escapeXml(body)}</body></message>`
  );
}

/** What an error stanza says. */
export function reasonIn(stanza: Element): string {
  const error = child(stanza, 'error');
  const text = error === undefined ? undefined : child(error, 'text');
  if (text !== undefined) return textOf(text);
  const condition = error?.children.find((each) => typeof each !== 'string');
  return typeof condition === 'object' ? condition.name : 'error';
}
