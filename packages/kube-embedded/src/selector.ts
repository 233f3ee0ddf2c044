import { badRequest } from './api-error.ts';
import { at, type KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

type Labels = Readonly<Record<string, string>>;
export type Matcher = (object: KubeObject) => boolean;

/** One requirement of a label selector's text form, such as `tier in (a, b)`, `!canary`, `app=web`. */
const requirement =
  /^\s*(?:(!)\s*([^\s=!(),<>]+)|([^\s=!(),<>]+)\s*(?:(==|=|!=)\s*([^\s=!(),]*)|\s+(in|notin)\s*\(([^)]*)\))?)\s*$/;

/** Parse the text form of a label selector (`labelSelector` of a list); throws BadRequest. */
export function labelMatcher(text: string): Matcher {
  const tests = splitOutsideParentheses(text).map(parseRequirement);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

function parseRequirement(part: string): (labels: Labels) => boolean {
  const found = requirement.exec(part);
  if (!found) throw badRequest(`unable to parse requirement: found '${part.trim()}'`);
  const [, not, absent, key = '', operator, value = '', setOperator, list = ''] = found;
  if (not && absent !== undefined) return (labels) => !(absent in labels);
  if (operator === '!=') return (labels) => labels[key] !== value;
  if (operator) return (labels) => labels[key] === value;
  if (!setOperator) return (labels) => key in labels;
  const values = new Set(list.split(',').map((item) => item.trim()));
  // A label that is absent is "not in" every set, but in none.
  return setOperator === 'in'
    ? (labels) => key in labels && values.has(labels[key] ?? '')
    : (labels) => !values.has(labels[key] ?? '') || !(key in labels);
}

function splitOutsideParentheses(text: string): string[] {
  if (text.trim() === '') return [];
  return text.split(/,(?![^(]*\))/);
}

/** Parse a field selector (`spec.nodeName=a,status.phase!=Failed`); only the resource's selectable fields are allowed. */
export function fieldMatcher(text: string, resource: Resource): Matcher {
  if (text.trim() === '') return () => true;
  const tests = text.split(',').map((part): Matcher => {
    const found = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part);
    if (!found) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [, path = '', operator, value] = found;
    const known = path === 'metadata.name' || (path === 'metadata.namespace' && resource.namespaced);
    if (!known && !resource.selectableFields.includes(path)) throw badRequest(`field label not supported: ${path}`);
    return (object) => (selectable(at(object, path), flags.has(path)) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

const flags: ReadonlySet<string> = new Set(['spec.unschedulable', 'spec.hostNetwork']);

/** Field selectors compare text: an absent field is the empty string, an absent flag is `false`. */
const selectable = (value: unknown, flag: boolean): string =>
  value === undefined || value === null ? (flag ? 'false' : '') : String(value);

/** The two selectors of a list or watch, and the namespace, as one predicate. */
export function matcher(
  resource: Resource,
  namespace: string | undefined,
  labelSelector: string | undefined,
  fieldSelector: string | undefined,
): Matcher {
  const tests: Matcher[] = [];
  if (namespace !== undefined) tests.push((object) => object.metadata.namespace === namespace);
  if (labelSelector) tests.push(labelMatcher(labelSelector));
  if (fieldSelector) tests.push(fieldMatcher(fieldSelector, resource));
  return (object) => tests.every((test) => test(object));
}
