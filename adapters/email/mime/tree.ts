/** The parts of a mail as a tree, each with as much of its content as somebody will read. */

import { type AttachmentStream, MailParser } from 'mailparser';
import { MAX_HEADER } from './header.ts';

/** A part that has no parts of its own, or a multipart. */
export interface Part {
  /** Lower case media type: `text/plain`. */
  readonly type: string;
  readonly parts: readonly Part[];
  readonly isAttached: boolean;
  /** As the mail names it: not a name to trust. */
  readonly fileName: string | undefined;
  /** Parameters of Content-Type: charset, format, delsp, method. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Bytes, decoded. */
  readonly size: number;
  /** The first 256 KB of a text or a report; empty for all else. */
  readonly content: Buffer;
  readonly isCut: boolean;
}

export interface Tree {
  readonly root: Part | undefined;
  /** Why there is less than there was, in words for the reader. */
  readonly damaged: string | undefined;
}

const MAX_PARTS = 500;
const MAX_DEPTH = 50;
const MAX_KEPT = 256 * 1024;
const MAX_KEPT_TOGETHER = 2 * 1024 * 1024;
const PIECE = 16 * 1024;

/** What is read by people, or by the reader of reports. */
const READ =
  /^(?:text\/|message\/(?:(?:global-)?delivery-status|rfc822|global|(?:global-)?disposition-notification|feedback-report|rfc822-headers|global-headers)$)/;

const CHAOS = 'its parts can not be told apart';

/** RFC 6838 §4.2 */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** One part in the parser's own tree. */
interface Node {
  readonly contentType: string | false;
  readonly headers: AttachmentStream['headers'];
  readonly children: readonly Node[];
}

interface Leaf {
  readonly stream: AttachmentStream;
  readonly chunks: Buffer[];
  kept: number;
  size: number;
}

/**
 * mailparser joins all texts into one, and what they were and where they stood is lost. With no
 * type being text to it, it hands over each part by itself; its tree says how they belong together.
 */
class PartParser extends MailParser {
  readonly textTypes: readonly string[] = [];
  declare readonly tree: Node | false;
}

/**
 * Never rejects: what can be read until the mail breaks is returned.
 *
 * @param body where the body begins
 */
export async function readTree(mail: Buffer, body: number): Promise<Tree> {
  const parser = new PartParser({
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
    maxHtmlLengthToParse: MAX_KEPT,
    checksumAlgo: false,
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    maxHeadSize: MAX_HEADER,
    maxChildNodes: MAX_PARTS,
  });
  const leaves = new Map<AttachmentStream['headers'], Leaf>();
  const kept = { together: 0 };
  const failure = await new Promise<Error | undefined>((resolve) => {
    parser.once('end', () => resolve(undefined));
    parser.on('error', resolve);
    parser.on('data', (data) => {
      if (data.type === 'text') return;
      const leaf: Leaf = { stream: data, chunks: [], kept: 0, size: 0 };
      leaves.set(data.headers, leaf);
      data.content.on('data', (chunk: Buffer) => keep(leaf, chunk, kept));
      data.content.once('end', () => data.release?.());
      data.content.on('error', resolve);
    });
    // In pieces, so that what stands before the place where a mail breaks is read before it breaks.
    for (let at = 0; at < mail.length; at += PIECE) parser.write(mail.subarray(at, at + PIECE));
    parser.end();
  });
  parser.destroy();
  const state: State = { isTooDeep: false, isUnparted: false };
  const root = parser.tree === false ? undefined : partOf(parser.tree, leaves, 1, state);
  // Where there is nothing, nothing is missing.
  if (body >= mail.length) state.isUnparted = false;
  const damaged = damageOf(failure, state);
  if (failure === undefined && state.isUnparted && !hasText(root)) {
    return { root: unparted(mail.subarray(body)), damaged };
  }
  return { root, damaged };
}

/** What a tree turned out to be. */
interface State {
  isTooDeep: boolean;
  /** A multipart in it has a boundary that is nowhere. */
  isUnparted: boolean;
}

function hasText(part: Part | undefined): boolean {
  if (part === undefined) return false;
  const isText = part.type.startsWith('text/') && part.content.length > 0;
  return (isText && !part.isAttached) || part.parts.some(hasText);
}

/** Where the text must be in what has no boundary: all of the mail, as a text. */
function unparted(body: Buffer): Part {
  const content = whole(body.subarray(0, MAX_KEPT));
  return {
    type: 'text/plain',
    parts: [],
    isAttached: false,
    fileName: undefined,
    parameters: new Map(),
    size: body.length,
    content,
    isCut: content.length < body.length,
  };
}

function keep(leaf: Leaf, chunk: Buffer, kept: { together: number }): void {
  leaf.size += chunk.length;
  if (!READ.test(leaf.stream.contentType)) return;
  const room = Math.min(MAX_KEPT - leaf.kept, MAX_KEPT_TOGETHER - kept.together);
  const piece = chunk.length > room ? whole(chunk.subarray(0, room)) : chunk;
  if (piece.length === 0) return;
  leaf.chunks.push(piece);
  leaf.kept += piece.length;
  kept.together += piece.length;
}

/** Without the beginning of a UTF-8 character at its end. */
function whole(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return bytes.subarray(0, -back);
    if (byte < 0x80) break;
  }
  return bytes;
}

function partOf(
  node: Node,
  leaves: ReadonlyMap<AttachmentStream['headers'], Leaf>,
  depth: number,
  state: State,
  isOfDigest = false,
): Part {
  const leaf = leaves.get(node.headers);
  const type = typeOf(node, isOfDigest);
  if (type.startsWith('multipart/') && node.children.length === 0) state.isUnparted = true;
  if (depth >= MAX_DEPTH && node.children.length > 0) state.isTooDeep = true;
  const children = depth >= MAX_DEPTH ? [] : node.children;
  const isDigest = node.contentType === 'multipart/digest';
  return {
    type,
    parts: children.map((child) => partOf(child, leaves, depth + 1, state, isDigest)),
    isAttached: !['', 'inline'].includes(leaf?.stream.contentDisposition ?? ''),
    fileName: leaf?.stream.filename,
    parameters: parametersOf(node.headers),
    size: leaf?.size ?? 0,
    content: Buffer.concat(leaf?.chunks ?? []),
    isCut: leaf !== undefined && leaf.kept < leaf.size,
  };
}

function typeOf({ contentType, headers }: Node, isOfDigest: boolean): string {
  // RFC 2046 §5.1.5
  if (isOfDigest && !headers.has('content-type')) return 'message/rfc822';
  const type = (contentType || '').trim().toLowerCase();
  return MEDIA_TYPE.test(type) ? type : 'application/octet-stream';
}

function parametersOf(headers: AttachmentStream['headers']): ReadonlyMap<string, string> {
  const value = headers.get('content-type');
  const isStructured = typeof value === 'object' && 'params' in value && !(value instanceof Date);
  return new Map(isStructured ? Object.entries(value.params) : []);
}

function damageOf(failure: Error | undefined, state: State): string | undefined {
  if (state.isTooDeep) return `its parts are nested more than ${MAX_DEPTH} deep`;
  if (failure === undefined) return state.isUnparted ? CHAOS : undefined;
  if (/child nodes/.test(failure.message)) return `it has more than ${MAX_PARTS} parts`;
  if (/header size/.test(failure.message)) return 'the header of one of its parts is too long';
  return CHAOS;
}
