import type { AdapterDefinition } from '../contract/index.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import { settingsSchema } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

const SOURCE: Json = {
  title: 'Text that stands elsewhere',
  description: 'In a file, relative to this one, or in an environment variable.',
  type: 'object',
  properties: { file: { type: 'string' }, env: { type: 'string' } },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

/** The JSON Schema (2020-12) of a configuration file, for editors: with every adapter that is known. */
export function editorSchema(adapters: readonly AdapterDefinition[]): Json {
  const { $schema, ...settings } = withSources(toJsonSchema(settingsSchema)) as Json;
  const properties = settings.properties as Readonly<Record<string, Json>>;
  const { items, ...list } = properties.transports ?? {};
  const transport = { ...(items as Json), allOf: adapters.map(whenUsed) };
  return {
    $schema,
    ...settings,
    properties: { ...properties, transports: { ...list, items: transport } },
    $defs: { source: SOURCE },
  };
}

function whenUsed({ name, config, account }: AdapterDefinition): Json {
  const ofAdapter = (schema: JsonSchema): unknown => {
    const { $schema: _, ...rest } = withSources(schema) as Json;
    return rest;
  };
  return {
    if: { properties: { use: { const: name } }, required: ['use'] },
    // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
    then: {
      properties: {
        config: ofAdapter(toJsonSchema(config)),
        accounts: { additionalProperties: ofAdapter(toJsonSchema(account)) },
      },
    },
  };
}

/** Any text may stand elsewhere. `secret` is a word of ours, not one of JSON Schema. */
function withSources(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withSources);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { secret: _, ...node } = schema as Json;
  if (node.type === 'string' && node.const === undefined && node.enum === undefined) {
    const { title, description, default: fallback, examples, ...text } = node;
    const about = { title, description, default: fallback, examples };
    return { ...about, anyOf: [text, { $ref: '#/$defs/source' }] };
  }
  const entries = Object.entries(node).map(([key, inner]) => [
    key,
    LITERAL.has(key) ? inner : withSources(inner),
  ]);
  return Object.fromEntries(entries);
}

/** What stands under these is no schema, or one of keys. */
const LITERAL: ReadonlySet<string> = new Set([
  'default',
  'examples',
  'const',
  'enum',
  'required',
  'propertyNames',
]);
