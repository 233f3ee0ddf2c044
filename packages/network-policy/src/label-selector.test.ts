import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadField } from './field.ts';
import { labelAnchors, labelSelectorAt, selectorAnchors, selectorText, selects } from './label-selector.ts';

const read = (value: unknown) => labelSelectorAt(value, 'selector');
const matches = (value: unknown, labels: Readonly<Record<string, string>>) => selects(read(value), labels);
const expression = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
});

describe('a label selector', () => {
  it('selects everything when it says nothing', () => {
    for (const value of [{}, { matchLabels: {} }, { matchLabels: null, matchExpressions: null }])
      expect(matches(value, {})).toBe(true);
  });

  it.each([
    ['In', ['a', 'b'], { a: true, b: true, c: false, absent: false }],
    ['NotIn', ['a', 'b'], { a: false, b: false, c: true, absent: true }],
    ['Exists', [], { a: true, b: true, c: true, absent: false }],
    ['DoesNotExist', [], { a: false, b: false, c: false, absent: true }],
  ] as const)('knows %s', (operator, values, answers) => {
    for (const [value, answer] of Object.entries(answers))
      expect(matches(expression('k', operator, ...values), value === 'absent' ? {} : { k: value })).toBe(answer);
  });

  it('wants all its requirements met', () => {
    const both = { matchLabels: { app: 'web' }, ...expression('tier', 'Exists') };
    expect(matches(both, { app: 'web', tier: '' })).toBe(true);
    expect(matches(both, { app: 'web' })).toBe(false);
    expect(matches(both, { tier: '' })).toBe(false);
    const contradiction = { matchLabels: { app: 'web' }, ...expression('app', 'NotIn', 'web') };
    expect(matches(contradiction, { app: 'web' })).toBe(false);
  });

  it('is the same selector however it is written', () => {
    const text = 'app in (web),tier notin (a,b)';
    expect(selectorText(read({ matchLabels: { app: 'web' }, ...expression('tier', 'NotIn', 'b', 'a', 'b') }))).toBe(
      text,
    );
    const both = [
      ...expression('tier', 'NotIn', 'a', 'b').matchExpressions,
      ...expression('app', 'In', 'web').matchExpressions,
    ];
    expect(selectorText(read({ matchExpressions: both }))).toBe(text);
    expect(
      selectorText(
        read({
          matchExpressions: [
            { key: 'a', operator: 'DoesNotExist' },
            { key: 'b', operator: 'Exists' },
          ],
        }),
      ),
    ).toBe('!a,b');
  });

  it('takes keys with a domain, and properties of every object as keys like others', () => {
    expect(
      matches({ matchLabels: { 'kubernetes.io/metadata.name': 'x' } }, { 'kubernetes.io/metadata.name': 'x' }),
    ).toBe(true);
    expect(matches(expression('constructor', 'Exists'), {})).toBe(false);
    expect(matches(expression('toString', 'NotIn', 'a'), {})).toBe(true);
  });

  it.each<[unknown, string]>([
    ['app=web', 'selector'],
    [[], 'selector'],
    [{ matchLabels: 'app' }, 'selector.matchLabels'],
    [{ matchLabels: { app: 1 } }, 'selector.matchLabels["app"]'],
    [{ matchLabels: { app: 'a b' } }, 'selector.matchLabels["app"]'],
    [{ matchLabels: { '': 'a' } }, 'selector.matchLabels[""]'],
    [{ matchLabels: { 'a/b/c': 'a' } }, 'selector.matchLabels["a/b/c"]'],
    [{ matchLabels: { ['x'.repeat(64)]: 'a' } }, `selector.matchLabels["${'x'.repeat(64)}"]`],
    [{ matchLabels: { app: 'x'.repeat(64) } }, 'selector.matchLabels["app"]'],
    [{ matchExpressions: {} }, 'selector.matchExpressions'],
    [{ matchExpressions: [null] }, 'selector.matchExpressions[0]'],
    [expression('a', 'in', 'b'), 'selector.matchExpressions[0].operator'],
    [expression('a', 'In'), 'selector.matchExpressions[0].values'],
    [expression('a', 'NotIn'), 'selector.matchExpressions[0].values'],
    [expression('a', 'Exists', 'b'), 'selector.matchExpressions[0].values'],
    [expression('a', 'DoesNotExist', 'b'), 'selector.matchExpressions[0].values'],
    [{ matchExpressions: [{ operator: 'Exists' }] }, 'selector.matchExpressions[0].key'],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b', 7] }] }, 'selector.matchExpressions[0].values[1]'],
  ])('%j is refused for its %s', (value, field) => {
    try {
      read(value);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadField);
      expect(error).toMatchObject({ field });
    }
  });
});

describe('anchors', () => {
  const value = fc.constantFrom('a', 'b', 'c');
  const key = fc.constantFrom('k', 'l');
  const values = fc.uniqueArray(value, { minLength: 1 });
  const requirement = fc.oneof(
    fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values }),
    fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  );

  it('lead from labels to every selector that selects them, each once', () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 3 }), fc.dictionary(key, value), (matchExpressions, labels) => {
        const selector = read({ matchExpressions });
        const places = labelAnchors(labels).filter((anchor) => selectorAnchors(selector).includes(anchor));
        expect(places.length).toBeLessThanOrEqual(1);
        if (selects(selector, labels)) expect(places).toHaveLength(1);
      }),
    );
  });

  it('are as narrow as the selector allows', () => {
    const anchors = (matchExpressions: unknown) => selectorAnchors(read({ matchExpressions }));
    const [in2, in1] = [
      { key: 'k', operator: 'In', values: ['a', 'b'] },
      { key: 'l', operator: 'In', values: ['c'] },
    ];
    expect(anchors([in2])).toEqual(['k=a', 'k=b']);
    expect(anchors([in2, in1])).toEqual(['l=c']);
    expect(
      anchors([
        { key: 'k', operator: 'Exists' },
        { key: 'l', operator: 'NotIn', values: ['a'] },
      ]),
    ).toEqual(['k']);
    expect(anchors([{ key: 'k', operator: 'Exists' }, in1])).toEqual(['l=c']);
    expect(anchors([{ key: 'k', operator: 'DoesNotExist' }])).toEqual(['*']);
  });
});
