import type { AdapterDefinition } from '../contract/index.ts';
import { flowYaml } from './flow-yaml.ts';
import { entryOf, type JsonSchema, toJsonSchema } from './json-schema.ts';
import { settingsSchema } from './schema.ts';

const WIDTH = 100;

/** What the example shows although it may be left out. */
const SHOWN: ReadonlySet<string> = new Set([
  'xmpp.connect',
  'admins',
  'http',
  'http.publicUrl',
  'admin',
  'transports.config',
  'transports.accounts',
]);

const HEAD = `# yaml-language-server: $schema=./postern.schema.json
#
# An example with every setting. Lines that begin with "#" and a key show what may be added: the
# default, or an example where there is none. Paths are relative to this file.
#
# Any text may stand elsewhere: { file: secrets/xmpp } or { env: NAME }. Keep secrets in files that
# only Postern's user can read (chmod 600), one line each.
`;

/** A configuration that can be loaded, with a transport for every adapter and a comment on every setting. */
export function sampleConfiguration(adapters: readonly AdapterDefinition[]): string {
  const settings = toJsonSchema(settingsSchema);
  const { transports, ...others } = settings.properties ?? {};
  const lines = new Sample().block({ ...settings, properties: others }, '', '');
  const entries = adapters.flatMap((adapter, index) => [
    ...(index === 0 ? [] : ['']),
    ...transport(transports?.items ?? {}, adapter, index === 0),
  ]);
  const list = [...comment(transports?.description, ''), 'transports:', ...entries];
  return `${[HEAD.trimEnd(), ...lines, '', ...list].join('\n')}\n`;
}

/** @param whole with the settings that every transport has; else only those that it must have */
function transport(schema: JsonSchema, adapter: AdapterDefinition, whole: boolean): string[] {
  const { name } = adapter;
  const sample = new Sample(name, {
    'transports.id': name,
    'transports.use': name,
    'transports.domain': `${name}.example.org`,
  });
  const { config, accounts, ...others } = schema.properties ?? {};
  const required = new Set(schema.required ?? []);
  const wanted = Object.entries(others).filter(([key]) => whole || required.has(key));
  const [first = '', ...rest] = sample
    .block({ ...schema, properties: Object.fromEntries(wanted) }, 'transports', '')
    .filter((line) => whole || !line.startsWith('# '));
  const account = sample.block(toJsonSchema(adapter.account), 'account', '    ');
  return [
    ...itemLines([first, ...rest]),
    ...comment(`${adapter.title}: its own settings.`, '    '),
    '    config:',
    ...sample.block(firstForm(toJsonSchema(adapter.config)), 'config', '      '),
    ...comment(accounts?.description, '    '),
    '    accounts:',
    '      juliet@example.org:',
    ...account.map((line) => `    ${line}`),
  ];
}

/** The lines as one entry of a list: the dash stands before the first key. */
function itemLines(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => !line.startsWith('#'));
  return lines.map((line, index) => {
    if (index < first) return `  ${line}`;
    return index === first ? `  - ${line}` : `    ${line}`;
  });
}

/** Writes blocks; knows what is special about one transport. */
class Sample {
  readonly #prefix: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(prefix = '', values: Readonly<Record<string, unknown>> = {}) {
    this.#prefix = prefix;
    this.#values = values;
  }

  block(schema: JsonSchema, path: string, indent: string): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
      const full = path === '' ? key : `${path}.${key}`;
      const written = schema.required?.includes(key) === true || SHOWN.has(full);
      const space = path === '' ? [''] : [];
      const about = comment(property.description ?? property.title, indent);
      return [...space, ...about, ...this.#setting(key, property, full, indent, written)];
    });
  }

  #setting(
    key: string,
    schema: JsonSchema,
    path: string,
    indent: string,
    written: boolean,
  ): string[] {
    if (written && schema.properties !== undefined) {
      return [`${indent}${key}:`, ...this.block(schema, path, `${indent}  `)];
    }
    const entry = entryOf(schema);
    const [name] = Object.keys(Object(schema.examples?.[0]));
    if (written && entry !== undefined && name !== undefined) {
      const head = [`${indent}${key}:`, `${indent}  ${name}:`];
      return [...head, ...this.block(entry, `${path}.${name}`, `${indent}    `)];
    }
    const line = `${key}: ${flowYaml(this.#values[path] ?? this.#value(key, schema))}`;
    return [written ? `${indent}${line}` : `${indent}#${line}`];
  }

  #value(key: string, schema: JsonSchema): unknown {
    const inner = Object.entries(schema.properties ?? {});
    if (schema.examples === undefined && inner.length > 0) {
      return Object.fromEntries(inner.map(([name, each]) => [name, this.#value(name, each)]));
    }
    const known = schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
    if (known !== undefined) return known;
    if (schema.secret === true) {
      const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      return { file: `secrets/${this.#prefix}-${words}` };
    }
    if (schema.items !== undefined) return [this.#value(key, schema.items)];
    return schema.type === 'object' ? {} : '';
  }
}

/** Of several forms of a block the first is shown. */
function firstForm(schema: JsonSchema): JsonSchema {
  return schema.oneOf?.[0] ?? schema.anyOf?.[0] ?? schema;
}

function comment(text: string | undefined, indent: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of (text ?? '').split(' ').filter((each) => each !== '')) {
    if (indent.length + line.length + 1 + word.length > WIDTH && line !== '#') {
      lines.push(`${indent}${line}`);
      line = '#';
    }
    line += ` ${word}`;
  }
  return line === '#' ? lines : [...lines, `${indent}${line}`];
}
