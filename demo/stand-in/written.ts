/** What somebody wrote, as JSON. The errors are in words for him. */

export type Written = Readonly<Record<string, unknown>>;

export function asObject(written: unknown): Written {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    throw new Error('a JSON object is expected');
  }
  return Object.fromEntries(Object.entries(written));
}

export function asList(written: unknown): readonly unknown[] {
  if (!Array.isArray(written)) throw new Error('a list is expected');
  return written;
}

export function textIn(written: Written, name: string): string {
  const value = written[name];
  if (typeof value !== 'string') throw new Error(`${name} must be a text`);
  return value;
}

/** @throws Error for what is no number from 0 to 1e9 */
export function numberIn(query: URLSearchParams, name: string, usual: number): number {
  const value = Number(query.get(name) ?? usual);
  if (!(value >= 0 && value <= 1e9)) throw new Error(`${name} must be a number`);
  return value;
}
