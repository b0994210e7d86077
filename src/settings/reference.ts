import type { AdapterDefinition } from '../contract/index.ts';
import { flowYaml } from './flow-yaml.ts';
import { alternatives, entryOf, type JsonSchema, toJsonSchema } from './json-schema.ts';
import { settingsSchema } from './schema.ts';

const HEAD = `# Configuration

<!-- Generated from the code by \`npm run generate\`. -->

One YAML file, \`postern.yaml\`. [\`config/postern.example.yaml\`](../config/postern.example.yaml) is a
complete one to begin with; its first line makes editors check and complete it while you write. An
unknown key is an error, like everything else that can not be what you meant. All problems are told
at once, each with its place:

\`\`\`
postern.yaml:3:3  xmpp.secrt is not a setting. Did you mean secret?
postern.yaml:1:1  xmpp.secret is missing. Write for example  secret: { file: secrets/xmpp }
\`\`\`

Postern then ends with exit code 78 (EX_CONFIG).

**Secrets, and any other text, may stand elsewhere**: \`{ file: secrets/xmpp }\` is the content of a file
(relative to \`postern.yaml\`, line ends at its end dropped, at most 64 KiB), \`{ env: NAME }\` that of an
environment variable. A secret in the file itself works, with a warning; so does a secret file that
everybody on the machine can read. No message and no line of the log ever shows a secret.

**Environment variables override the file.** \`POSTERN__\` and the keys, joined by two underscores, in
any case; an entry of a list by its position or id: \`POSTERN__XMPP__CONNECT=127.0.0.1:5347\`,
\`POSTERN__TRANSPORTS__0__DOMAIN=…\`.
`;

/** The reference page: every setting of the gateway, then those of every adapter. */
export function referencePage(adapters: readonly AdapterDefinition[]): string {
  const { transports, ...others } = toJsonSchema(settingsSchema).properties ?? {};
  const transport = withNames(transports?.items ?? {}, adapters);
  const settings = { type: 'object', required: ['xmpp'], properties: others };
  return [
    HEAD,
    section('The gateway', undefined, settings),
    section('`transports`: one entry each', transports?.description, transport),
    ...adapters.flatMap(adapterSections),
  ].join('\n');
}

/** The settings of a transport, with examples that one can really write. */
function withNames(transport: JsonSchema, adapters: readonly AdapterDefinition[]): JsonSchema {
  const [name = ''] = adapters.map((adapter) => adapter.name);
  const { id, use, domain, ...others } = transport.properties ?? {};
  const properties = {
    id: { ...id, examples: [name] },
    use: { ...use, examples: [name] },
    domain: { ...domain, examples: [`${name}.example.org`] },
    ...others,
  };
  return { ...transport, properties };
}

function adapterSections({ name, title, config, account }: AdapterDefinition): string[] {
  const { description, ...schema } = toJsonSchema(config);
  const forms = schema.oneOf ?? schema.anyOf ?? [schema];
  const ofAccount = toJsonSchema(account);
  return [
    `## ${title}: \`use: ${name}\`\n${description === undefined ? '' : `\n${description}\n`}`,
    ...forms.map((form) => `### \`config\`${formName(form)}\n\n${table(form)}`),
    `### \`accounts\`: settings of one user\n\n${table(ofAccount)}`,
  ];
}

/** The keys with one possible value tell the forms apart. */
function formName({ properties = {} }: JsonSchema): string {
  const fixed = Object.entries(properties).filter(([, each]) => each.const !== undefined);
  return fixed.map(([key, each]) => ` with \`${key}: ${flowYaml(each.const)}\``).join('');
}

function section(heading: string, description: string | undefined, schema: JsonSchema): string {
  const about = description === undefined ? '' : `${description}\n\n`;
  return `## ${heading}\n\n${about}${table(schema)}`;
}

function table(schema: JsonSchema): string {
  const rows = keys(schema, '').map((cells) => `| ${cells.map(cell).join(' | ')} |`);
  const head = ['| Key | Value | Default | Meaning |', '| --- | --- | --- | --- |'];
  return `${[...head, ...rows].join('\n')}\n`;
}

/** One row a setting; those of a block inside come after it. */
function keys({ properties = {}, required = [] }: JsonSchema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    const row = [
      `\`${name}\``,
      value(schema),
      fallback(schema, required.includes(key)),
      meaning(schema),
    ];
    // A block that replaces parts of another is described there.
    const inside = schema.examples === undefined ? keys(schema, `${name}.`) : [];
    const entry = entryOf(schema);
    return [row, ...inside, ...(entry === undefined ? [] : keys(entry, `${name}.NAME.`))];
  });
}

function value(schema: JsonSchema): string {
  if (schema.secret === true) return 'secret';
  if (schema.const !== undefined) return `\`${flowYaml(schema.const)}\``;
  if (schema.enum !== undefined) {
    return schema.enum.map((each) => `\`${flowYaml(each)}\``).join(', ');
  }
  if (schema.items !== undefined) return 'list';
  const kinds = alternatives(schema).flatMap(({ type }) => KINDS[type ?? ''] ?? []);
  return [...new Set(kinds)].join(', ');
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: '`true`, `false`',
  array: 'list',
  object: 'block',
};

function fallback(schema: JsonSchema, required: boolean): string {
  if (required) return '*required*';
  const { default: value, properties } = schema;
  return value === undefined || properties !== undefined ? '' : `\`${flowYaml(value)}\``;
}

function meaning({ title, description, examples = [], default: fallback }: JsonSchema): string {
  const example = examples[0];
  const text = description ?? title ?? '';
  if (example === undefined || example === fallback) return text;
  return `${text} Example: \`${flowYaml(example)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
