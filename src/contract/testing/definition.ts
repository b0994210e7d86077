import assert from 'node:assert/strict';
import { z } from 'zod';
import { CONTRACT } from '../index.ts';
import type { Check } from './check.ts';
import type { AdapterUnderTest } from './subject.ts';

export function definitionChecks({ definition }: AdapterUnderTest): readonly Check[] {
  return [
    {
      name: 'definition: is made for this contract',
      run: async () => assert.equal(definition.contract, CONTRACT),
    },
    {
      name: 'definition: has a name, a title and a type of gateway',
      run: async () => {
        assert.match(definition.name, /^[a-z][a-z0-9-]*$/);
        assert.notEqual(definition.title.trim(), '');
        assert.match(definition.gatewayType, /^[a-z][a-z0-9-]*$/);
      },
    },
    {
      name: 'definition: sends something, and each kind once',
      run: async () => {
        assert.ok(definition.sends.length > 0);
        assert.equal(new Set(definition.sends).size, definition.sends.length);
      },
    },
    {
      name: 'definition: its capabilities agree with each other',
      run: async () => {
        const { capabilities } = definition;
        assert.ok(capabilities.deadlineMs > 0, 'a message that may never be tried');
        assert.ok(capabilities.duplicateWindowMs >= 0);
        assert.ok(Number.isInteger(capabilities.concurrency) && capabilities.concurrency > 0);
        const silent = capabilities.receipts === 'none';
        assert.ok(!silent || capabilities.confirmationMs === 0, 'waits for news that never comes');
      },
    },
    {
      name: 'definition: every setting has a title and a description',
      run: async () => {
        for (const schema of [definition.config, definition.account]) {
          const properties = propertiesOf(schema);
          for (const [name, property] of Object.entries(properties)) {
            assert.ok(hasWords(property, 'title'), `"${name}" has no title`);
            assert.ok(hasWords(property, 'description'), `"${name}" has no description`);
          }
        }
      },
    },
  ];
}

function propertiesOf(schema: z.ZodType): object {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return properties ?? {};
}

function hasWords(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const text: unknown = Reflect.get(value, key);
  return typeof text === 'string' && text.trim() !== '';
}
