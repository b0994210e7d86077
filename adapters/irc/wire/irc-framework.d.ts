/** The part of irc-framework 4.14.0 that is used. It has no types of its own. */
declare module 'irc-framework' {
  interface ParsedLine {
    readonly tags: Readonly<Record<string, string>>;
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
    readonly prefix: string;
    readonly command: string;
    readonly params: readonly string[];
  }
  export function ircLineParser(line: string): ParsedLine | undefined;
}
