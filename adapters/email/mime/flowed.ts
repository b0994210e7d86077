/**
 * Undoes format=flowed (RFC 3676 §4): a line that ends with a blank goes on in the next one.
 *
 * @param isDelSp that blank is not part of the text (§4.1 DelSp)
 */
export function unflow(text: string, isDelSp: boolean): string {
  const paragraphs: string[] = [];
  let open: { readonly depth: number; readonly pieces: string[] } | undefined;
  const close = () => {
    if (open !== undefined) paragraphs.push(quoted(open.depth, open.pieces.join('')));
    open = undefined;
  };
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    // The blank after the quote marks is stuffing, §4.4.
    const content = line.slice(depth).replace(/^ /, '');
    const isSignature = content === '-- ';
    if (open !== undefined && (open.depth !== depth || isSignature)) close();
    const isFlowed = content.endsWith(' ') && !isSignature;
    open ??= { depth, pieces: [] };
    open.pieces.push(isFlowed && isDelSp ? content.slice(0, -1) : content);
    if (!isFlowed) close();
  }
  close();
  return paragraphs.join('\n');
}

function quoted(depth: number, text: string): string {
  return depth === 0 ? text : `${'>'.repeat(depth)} ${text}`;
}
