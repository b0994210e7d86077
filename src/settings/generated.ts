import type { AdapterDefinition } from '../contract/index.ts';
import { editorSchema } from './editor-schema.ts';
import { referencePage } from './reference.ts';
import { sampleConfiguration } from './sample.ts';

/** What is written from the schema, by its path in the project: the same input gives the same bytes. */
export function generatedFiles(
  adapters: readonly AdapterDefinition[],
): ReadonlyMap<string, string> {
  return new Map([
    ['config/postern.example.yaml', sampleConfiguration(adapters)],
    ['config/postern.schema.json', `${JSON.stringify(editorSchema(adapters), null, 2)}\n`],
    ['docs/configuration.md', referencePage(adapters)],
  ]);
}
