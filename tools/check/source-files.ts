import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders that hold TypeScript of ours. */
export const SOURCE_FOLDERS = ['src', 'adapters', 'demo', 'test', 'tools'] as const;

/** Every source file below `root`, as a sorted path relative to it, with forward slashes. */
export function sourceFiles(root: string): string[] {
  return globSync(`{${SOURCE_FOLDERS.join(',')}}/**/*.ts`, {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
  }).sort();
}

export function linesOf(root: string, file: string): string[] {
  return readFileSync(join(root, file), 'utf8').split('\n');
}
