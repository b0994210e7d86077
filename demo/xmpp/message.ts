import { child, type Element, escapeXml, textOf } from './element.ts';

/** What the demo looks at of a message. */
export interface Message {
  /** Bare. */
  readonly from: string;
  readonly id: string | undefined;
  readonly body: string | undefined;
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
  const thread = child(stanza, 'thread');
  const { id, type, from = '' } = stanza.attrs;
  return {
    from: from.split('/')[0] ?? '',
    id,
    body: body === undefined ? undefined : textOf(body),
    thread: thread === undefined ? undefined : textOf(thread),
    receiptFor: child(stanza, 'received', 'urn:xmpp:receipts')?.attrs.id,
    error: type === 'error' ? reasonOf(stanza) : undefined,
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

function reasonOf(stanza: Element): string {
  const error = child(stanza, 'error');
  const text = error === undefined ? undefined : child(error, 'text');
  if (text !== undefined) return textOf(text);
  const condition = error?.children.find((each) => typeof each !== 'string');
  return typeof condition === 'object' ? condition.name : 'error';
}
