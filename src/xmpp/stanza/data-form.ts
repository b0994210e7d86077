/** Forms, as far as they are filled in for a request: XEP-0004, named as XEP-0068 says. */

import { refused } from '../../contract/index.ts';
import { child, type Element, element, textOf } from '../xml/element.ts';

const NS_FORM = 'jabber:x:data';

/** A field that a form asks for. */
export interface FormField {
  readonly name: string;
  readonly type: 'jid-single' | 'text-single' | 'list-multi';
  /** What is beside the question, of another namespace. */
  readonly children?: readonly Element[];
}

/** What was filled in, by the names of the fields. */
export type Submission = ReadonlyMap<string, readonly string[]>;

const NOTHING: Submission = new Map();

/**
 * The form in a request. A field without a value, or with an empty one alone, was left out; of one
 * that is there twice the first counts.
 * @param formType which form it has to be
 * @throws RefusedError where it is another one, or no submission
 */
export function readSubmission(request: Element, formType: string): Submission {
  const form = child(request, 'x', NS_FORM);
  if (form === undefined) return NOTHING;
  if (form.attrs.type !== 'submit') {
    throw refused('bad-request', 'modify', 'The form of a request has the type "submit".');
  }
  const fields = new Map<string, readonly string[]>();
  for (const field of form.children) {
    if (typeof field === 'string' || field.name !== 'field' || field.ns !== NS_FORM) continue;
    const name = field.attrs.var ?? '';
    const values = valuesOf(field);
    if (values.length > 0 && !fields.has(name)) fields.set(name, values);
  }
  if (fields.get('FORM_TYPE')?.[0] !== formType) {
    throw refused('bad-request', 'modify', `The FORM_TYPE of this form has to be ${formType}.`);
  }
  fields.delete('FORM_TYPE');
  return fields;
}

/** An empty form: what may be filled in. */
export function writeForm(formType: string, fields: readonly FormField[]): Element {
  const type = element('field', NS_FORM, { type: 'hidden', var: 'FORM_TYPE' }, [
    element('value', NS_FORM, {}, [formType]),
  ]);
  return element('x', NS_FORM, { type: 'form' }, [
    type,
    ...fields.map(({ name, type, children = [] }) =>
      element('field', NS_FORM, { type, var: name }, children),
    ),
  ]);
}

function valuesOf(field: Element): string[] {
  const values: string[] = [];
  for (const value of field.children) {
    if (typeof value === 'string' || value.name !== 'value' || value.ns !== NS_FORM) continue;
    const text = textOf(value);
    if (text !== '') values.push(text);
  }
  return values;
}
