import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * What is wrong with the lock file and the versions beside it, one sentence each: a download address
 * ties everyone to one registry, a version range makes two installations differ.
 */
export function lockFileFaults(root: string): string[] {
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const lock: LockFile = read('package-lock.json');
  const manifest: Manifest = read('package.json');

  const addresses = Object.entries(lock.packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^\w+:\/\//.test(resolved))
    .map(([name]) => `package-lock.json: ${name} has a download address; .npmrc leaves them out.`);
  const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([, version]) => !/^(\d+\.\d+\.\d+(-[\w.]+)?|file:[\w./-]+)$/.test(version))
    .map(([name, version]) => `package.json: ${name} is "${version}"; write one exact version.`);
  return [...addresses, ...ranges];
}
