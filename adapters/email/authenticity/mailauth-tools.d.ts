/** The part of mailauth 7.1.0's inner tools that is used. They have no types of their own. */
declare module 'mailauth/lib/tools.js' {
  /** The first of the domains with the organisational domain of `from`, by the Public Suffix List. */
  export function getAlignment(
    from: string,
    domains: readonly string[],
  ): { domain: string } | false;
  /** Lower case, A-labels, no root dot. */
  export function formatDomain(domain: string): string;
}
