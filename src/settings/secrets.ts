import type { Stats } from 'node:fs';
import type { Path, SettingsDocument } from './document.ts';
import type { SchemaLookup } from './json-schema.ts';
import { formatProblem } from './problem.ts';
import { passwordsInAddress } from './redis.ts';
import { type Elsewhere, isExposed } from './source.ts';

/** A secret of the configuration, and where it is written. */
export interface FoundSecret {
  readonly path: Path;
  readonly texts: readonly string[];
}

/** Every secret below the root, once its sources are read and its adapters known; in reading order. */
export function findSecrets(document: SettingsDocument, lookup: SchemaLookup): FoundSecret[] {
  const found: FoundSecret[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === 'object' && value !== null) {
      const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
      for (const [key, inner] of entries) visit(inner, [...path, key]);
    } else if (typeof value === 'string' || typeof value === 'number') {
      const texts = secretsAt(path, String(value), lookup);
      if (texts.length > 0) found.push({ path, texts });
    }
  };
  visit(document.root, []);
  return found;
}

function secretsAt(path: Path, text: string, lookup: SchemaLookup): readonly string[] {
  if (lookup.isSecret(path)) return [text];
  return path[0] === 'redis' ? passwordsInAddress(text) : [];
}

/** What an operator should change about how the secrets are kept. */
export function secretWarnings(
  document: SettingsDocument,
  secrets: readonly FoundSecret[],
  elsewhere: readonly Elsewhere[],
  file: Stats,
): string[] {
  const sources = new Map(elsewhere.map((source) => [JSON.stringify(source.path), source]));
  const warnings: string[] = [];
  let inTheOpen = 0;
  for (const { path } of secrets) {
    const place = document.place(path);
    const name = path.join('.');
    const warn = (text: string) => warnings.push(formatProblem({ place, text }));
    const source = sources.get(JSON.stringify(path));
    if (source?.exposed === true) {
      warn(`${name}: everybody can read ${source.file}. Run  chmod 600 ${source.file}`);
    } else if (source === undefined && !('variable' in place)) {
      inTheOpen += 1;
      warn(`${name} stands here in the open. Better  { file: … }  or  { env: … }`);
    }
  }
  if (inTheOpen > 0 && isExposed(file)) {
    const place = { file: document.file, line: 1, column: 1 };
    const text = `Everybody can read this file and the secrets in it. Run  chmod 600 ${document.file}`;
    warnings.push(formatProblem({ place, text }));
  }
  return warnings;
}
