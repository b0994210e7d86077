import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockFile {
  readonly packages: Readonly<Record<string, Locked>>;
}

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  /** To a package of this project. */
  readonly link?: boolean;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * What is wrong with the lock file and the versions beside it, one sentence each: a download address
 * ties everyone to one registry, a version range makes two installations differ, and what has no hash
 * may be anything.
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
  const unproved = Object.entries(lock.packages)
    .filter(([name, { integrity, link }]) => isFromRegistry(name) && !link && !isHash(integrity))
    .map(([name]) => `package-lock.json: ${name} has no hash (integrity) by which it is known.`);
  return [...addresses, ...ranges, ...unproved];
}

function isFromRegistry(name: string): boolean {
  return /(?:^|\/)node_modules\//.test(name);
}

function isHash(integrity: string | undefined): boolean {
  return integrity?.startsWith('sha512-') === true;
}
