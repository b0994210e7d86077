/** What the server takes (RFC 5321 §4.1.1.1): one keyword a line, after its greeting. */
export function offersIn(ehlo: string) {
  const lines = ehlo.split(/\r?\n/).slice(1);
  const keywords = new Map(
    lines.map((line) => {
      const [keyword = '', value = ''] = line
        .slice(4)
        .trim()
        .toUpperCase()
        .split(/[\s=]+/);
      return [keyword, value];
    }),
  );
  return {
    dsn: keywords.has('DSN'),
    smtpUtf8: keywords.has('SMTPUTF8'),
    auth: keywords.has('AUTH'),
    /** In bytes; 0 where it sets no limit. */
    maxSize: Number(/^\d{1,15}$/.exec(keywords.get('SIZE') ?? '')?.[0] ?? 0),
  };
}
