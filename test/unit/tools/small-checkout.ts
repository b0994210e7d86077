import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** The smallest tree that passes every check; tests plant one fault in it. */
const CLEAN: Readonly<Record<string, string>> = {
  'src/contract/index.ts': 'export const CONTRACT = 1;\n',
  'src/contract/testing/index.ts': 'export const SUITE = 1;\n',
  'src/main.ts': "import { CONTRACT } from './contract/index.ts';\n\nvoid CONTRACT;\n",
  // tools/generate.ts imports it.
  'src/settings/generated.ts':
    'export const generatedFiles = (..._: unknown[]) => new Map<string, string>();\n',
  'src/cli/main.ts': "import '../main.ts';\n",
  'adapters/paper/index.ts':
    "import { CONTRACT } from 'postern/adapter';\n\nexport default CONTRACT;\n",
  'demo/main.ts': 'export {};\n',
  'test/unit/main.test.ts': "import '../../src/main.ts';\n",
};

export interface SmallCheckout {
  readonly root: string;
  /** Writes files, by their path below the root. */
  plant(files: Readonly<Record<string, string>>): void;
  remove(): void;
}

/** A directory with this project's tools and settings, and a few clean sources. */
export function smallCheckout(): SmallCheckout {
  const root = mkdtempSync(join(tmpdir(), 'postern-checkout-'));
  const settings = [
    'tsconfig.json',
    'biome.json',
    'knip.json',
    '.dependency-cruiser.mjs',
    '.gitignore',
  ];
  for (const name of [...settings, 'tools', 'package-lock.json']) {
    cpSync(join(project, name), join(root, name), { recursive: true });
  }
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  const plant = (files: Readonly<Record<string, string>>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  };
  plant({ ...CLEAN, 'package.json': manifestWithoutUnused() });
  return { root, plant, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Of development packages: what only tests use, and the types of what only adapters do. */
const UNUSED = ['fast-check', 'saxes', 'dns-packet', '@types/dns-packet', '@types/html-to-text'];

/** The clean sources use no product dependency, and generate no test. */
function manifestWithoutUnused(): string {
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const devDependencies = { ...manifest.devDependencies };
  for (const name of UNUSED) delete devDependencies[name];
  return `${JSON.stringify({ ...manifest, dependencies: {}, devDependencies }, null, 2)}\n`;
}
