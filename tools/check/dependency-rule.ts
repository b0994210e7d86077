import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { SOURCE_FOLDERS, sourceFiles } from './source-files.ts';

/** One import that the rule forbids. `to` is empty where a file could not be examined at all. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What this file reads of dependency-cruiser's `--output-type json`. */
interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
    readonly ruleSetUsed: {
      readonly forbidden: readonly { readonly name: string; readonly comment: string }[];
    };
  };
}

/** Holds the imports of all sources below `root` against its `.dependency-cruiser.mjs`. */
export async function dependencyViolations(root: string): Promise<Violation[]> {
  const folders = SOURCE_FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const { stdout, stderr } = await command(root, 'depcruise', [
    '--output-type',
    'json',
    ...folders,
  ]);
  if (stdout === '') throw new Error(`dependency-cruiser gave no result: ${stderr}`);
  const { modules, summary } = JSON.parse(stdout) as CruiseResult;

  const reasons = new Map(summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment]));
  const forbidden = summary.violations.map(({ from, to, rule }) => ({
    rule: rule.name,
    from,
    to,
    reason: reasons.get(rule.name) ?? '',
  }));

  // A parser that understands nothing finds nothing.
  const seen = new Set(modules.map((module) => module.source));
  const unseen = sourceFiles(root)
    .filter((file) => !seen.has(file))
    .map((file) => ({
      rule: 'every-file-is-examined',
      from: file,
      to: '',
      reason: 'dependency-cruiser did not read this file.',
    }));
  return [...forbidden, ...unseen];
}

export function describeViolation({ rule, from, to, reason }: Violation): string {
  return `${from}${to === '' ? '' : ` -> ${to}`}\n    ${rule}: ${reason}`;
}
