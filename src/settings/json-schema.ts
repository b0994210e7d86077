import { z } from 'zod';
import type { AdapterDefinition } from '../contract/index.ts';
import type { Path } from './document.ts';
import { settingsSchema } from './schema.ts';

/** The keywords of JSON Schema 2020-12 that our schemas use, and `secret` of the contract. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly secret?: boolean;
}

/** A zod schema as JSON Schema of what people write: before defaults and conversions. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    // zod takes these for what comes out of a conversion, and drops them. Ours are what people write.
    override: ({ zodSchema, jsonSchema }) => {
      const meta = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(meta.examples)) jsonSchema.examples = meta.examples;
      if (meta.default !== undefined) Object.assign(jsonSchema, { default: meta.default });
    },
  }) as JsonSchema;
}

/** Nobody changes one: the configuration is read again without converting what it is held against. */
const CONVERTED = new WeakMap<z.ZodType, JsonSchema>();

function converted(schema: z.ZodType): JsonSchema {
  const known = CONVERTED.get(schema) ?? toJsonSchema(schema);
  CONVERTED.set(schema, known);
  return known;
}

/**
 * Looks up what the schema says about a place in the configuration. What stands under `config` and
 * `accounts` of a transport is looked up in the schemas of its adapter.
 */
export class SchemaLookup {
  readonly #settings = converted(settingsSchema);
  readonly #adapters = new Map<number, { config: JsonSchema; account: JsonSchema }>();

  /** From now on the transport at this position is looked up in the adapter's schemas. */
  attach(transport: number, definition: AdapterDefinition): void {
    this.#adapters.set(transport, {
      config: converted(definition.config),
      account: converted(definition.account),
    });
  }

  /** Every schema that may apply to the value at this path; none where the path names no setting. */
  at(path: Path): readonly JsonSchema[] {
    const [first, index, part] = path;
    if (first === 'transports' && typeof index === 'number') {
      const adapter = this.#adapters.get(index);
      if (adapter !== undefined && part === 'config') {
        return descend(adapter.config, path.slice(3));
      }
      if (adapter !== undefined && part === 'accounts' && path.length > 3) {
        return descend(adapter.account, path.slice(4));
      }
    }
    return descend(this.#settings, path);
  }

  /** The names of the settings inside the block at this path. */
  keys(path: Path): string[] {
    return [...new Set(this.at(path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
  }

  isSecret(path: Path): boolean {
    return this.at(path).some((schema) => schema.secret === true);
  }

  /** The first example, else the default, that the schema gives for this setting. */
  example(path: Path): unknown {
    const schemas = this.at(path);
    return schemas.flatMap((schema) => schema.examples ?? [])[0] ?? schemas[0]?.default;
  }
}

function descend(schema: JsonSchema, path: Path): readonly JsonSchema[] {
  let schemas = alternatives(schema);
  for (const key of path) {
    schemas = schemas.flatMap((parent) => inside(parent, key)).flatMap(alternatives);
  }
  return schemas;
}

function inside(schema: JsonSchema, key: string | number): readonly JsonSchema[] {
  if (typeof key === 'number') return schema.items === undefined ? [] : [schema.items];
  const properties = schema.properties ?? {};
  const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
  if (property !== undefined) return [property];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}

/** What every entry of a block is whose keys are names that the writer chooses. */
export function entryOf({ additionalProperties: entry }: JsonSchema): JsonSchema | undefined {
  return typeof entry === 'object' && entry.properties !== undefined ? entry : undefined;
}

/** The schema itself and everything that its unions allow. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const nested = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...nested.flatMap(alternatives)];
}
