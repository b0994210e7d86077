import { stringify } from 'yaml';

/** A value in one line of YAML: `{ file: secrets/xmpp }`. */
export function flowYaml(value: unknown): string {
  const style = { version: '1.2', collectionStyle: 'flow', lineWidth: 0 } as const;
  return stringify(value, { ...style, flowCollectionPadding: true }).trim();
}
