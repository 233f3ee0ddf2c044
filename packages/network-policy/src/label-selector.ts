import { BadField, isAbsent, listAt, objectAt, shown, textAt, wordAt } from './field.ts';

export type Labels = Readonly<Record<string, string>>;

/** One condition on labels. All four are those of `metav1.LabelSelector`; `matchLabels` is `In` with one value. */
export type Requirement =
  | { readonly operator: 'In' | 'NotIn'; readonly key: string; readonly values: readonly string[] }
  | { readonly operator: 'Exists' | 'DoesNotExist'; readonly key: string };

/** Conditions that all have to hold, in a canonical order: selectors that say the same are equal. None match everything. */
export type LabelSelector = readonly Requirement[];

export const everything: LabelSelector = [];

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** Reads a `metav1.LabelSelector`. Throws BadField when any part of it cannot be understood. */
export function labelSelectorAt(value: unknown, field: string): LabelSelector {
  const { matchLabels, matchExpressions } = objectAt(value, field);
  const pairs = isAbsent(matchLabels) ? [] : Object.entries(objectAt(matchLabels, `${field}.matchLabels`));
  const byLabel = pairs.map(([key, label]): Requirement => {
    const at = `${field}.matchLabels[${shown(key)}]`;
    return { operator: 'In', key: labelKeyAt(key, at), values: [labelValueAt(label, at)] };
  });
  const expressions = listAt(matchExpressions, `${field}.matchExpressions`).map((item, at) =>
    requirementAt(item, `${field}.matchExpressions[${at}]`),
  );
  const byText = new Map([...byLabel, ...expressions].map((each) => [requirementText(each), each]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, requirement]) => requirement);
}

function requirementAt(value: unknown, field: string): Requirement {
  const item = objectAt(value, field);
  const key = labelKeyAt(item['key'], `${field}.key`);
  const operator = wordAt(item['operator'], `${field}.operator`, operators);
  const values = listAt(item['values'], `${field}.values`);
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) throw new BadField(`${field}.values`, `${operator} takes no values, not ${shown(values)}`);
    return { operator, key };
  }
  if (values.length === 0) throw new BadField(`${field}.values`, `${operator} needs at least one value`);
  const texts = values.map((each, at) => labelValueAt(each, `${field}.values[${at}]`));
  return { operator, key, values: [...new Set(texts)].sort() };
}

const name = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function labelKeyAt(value: unknown, field: string): string {
  const text = textAt(value, field);
  const slash = text.indexOf('/');
  if (name.test(text.slice(slash + 1)) && (slash < 0 || subdomain.test(text.slice(0, slash)))) return text;
  throw new BadField(field, `${shown(text)} is not a label key such as app or example.com/role`);
}

function labelValueAt(value: unknown, field: string): string {
  const text = textAt(value, field);
  if (text === '' || name.test(text)) return text;
  throw new BadField(field, `${shown(text)} is not a label value: at most 63 letters, digits, and - _ . inside`);
}

/** Whether labels meet every requirement. A key that is not there meets `NotIn`, as in Kubernetes. */
export const selects = (selector: LabelSelector, labels: Labels): boolean =>
  selector.every((requirement) => isMet(requirement, labels));

function isMet(requirement: Requirement, labels: Labels): boolean {
  const label = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'In':
      return label !== undefined && requirement.values.includes(label);
    case 'NotIn':
      return label === undefined || !requirement.values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
  }
}

/** As kubectl writes selectors: `app in (a,b),!legacy`. */
export const selectorText = (selector: LabelSelector): string => selector.map(requirementText).join(',');

function requirementText(requirement: Requirement): string {
  const { key } = requirement;
  switch (requirement.operator) {
    case 'In':
      return `${key} in (${requirement.values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${requirement.values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

const anyLabels = '*';

/**
 * Where a selector is filed: under one requirement of its own that labels must have to be selected, the one that
 * occurs in the fewest places. Whoever looks under all of `labelAnchors(labels)` finds every selector that selects them.
 */
export function selectorAnchors(selector: LabelSelector): readonly string[] {
  let best: readonly string[] | undefined;
  let key: string | undefined;
  for (const requirement of selector) {
    if (requirement.operator === 'In') {
      const { values } = requirement;
      if (best === undefined || values.length < best.length)
        best = values.map((value) => `${requirement.key}=${value}`);
    } else if (requirement.operator === 'Exists') key ??= requirement.key;
  }
  return best ?? [key ?? anyLabels];
}

/** Every place where a selector that selects these labels may be filed. */
export function labelAnchors(labels: Labels): readonly string[] {
  return [anyLabels, ...Object.entries(labels).flatMap(([key, value]) => [key, `${key}=${value}`])];
}
