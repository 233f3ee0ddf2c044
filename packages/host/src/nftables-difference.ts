import type { ChainContent, SetContent, TableContent } from './nftables-content.ts';
import type { DesiredSet, DesiredTable } from './nftables-table.ts';

/** The table as a whole, as a file of nft(8). Chains and sets first: rules may name any of them. */
export function tableText(table: DesiredTable): string {
  const at = `${table.family} ${table.name}`;
  return [
    `table ${at} {`,
    ...(table.sets ?? []).map(setText),
    ...(table.chains ?? []).map(chainText),
    '}',
    ...rulesText(table, at),
    '',
  ]
    .flat()
    .join('\n');
}

const setText = ({ kind, name, definition, elements = [] }: DesiredSet): string =>
  `${kind} ${name} { ${definition}${elements.length > 0 ? ` elements = { ${elements.join(', ')} }` : ''} }`;

const chainText = ({ name, base }: { readonly name: string; readonly base?: string }): string =>
  `chain ${name} { ${base ?? ''} }`;

const rulesText = (table: DesiredTable, at: string): string[] =>
  (table.chains ?? []).flatMap(({ name, rules = [] }) => rules.map((rule) => `add rule ${at} ${name} ${rule}`));

/**
 * The commands that make of what is there what is wanted (the desired table as nft lists it). A chain of another hook or a set of
 * another type cannot be changed: then the table is replaced, in the same single transaction.
 */
export function tableChanges(
  table: DesiredTable,
  wanted: TableContent,
  there: TableContent | undefined,
): readonly string[] {
  const at = `${table.family} ${table.name}`;
  if (there === undefined) return tableText(table).trimEnd().split('\n');
  if (!compatible(wanted.chains, there.chains) || !compatible(wanted.sets, there.sets)) {
    return [`delete table ${at}`, ...tableText(table).trimEnd().split('\n')];
  }
  const lines: string[] = [];
  for (const set of table.sets ?? []) {
    if (!there.sets.has(set.name)) lines.push(`table ${at} { ${setText({ ...set, elements: [] })} }`);
  }
  for (const chain of table.chains ?? []) {
    if (!there.chains.has(chain.name)) lines.push(`table ${at} { ${chainText(chain)} }`);
  }
  for (const [name, set] of wanted.sets) lines.push(...elementChanges(`${at} ${name}`, set, there.sets.get(name)));
  for (const { name, rules = [] } of table.chains ?? []) {
    lines.push(...ruleChanges(`${at} ${name}`, rules, wanted.chains.get(name), there.chains.get(name)));
  }
  const goneChains = [...there.chains.keys()].filter((name) => !wanted.chains.has(name));
  const goneSets = [...there.sets].filter(([name]) => !wanted.sets.has(name));
  // Flushed before any is deleted: they may name each other.
  lines.push(
    ...goneChains.map((name) => `flush chain ${at} ${name}`),
    ...goneChains.map((name) => `delete chain ${at} ${name}`),
  );
  lines.push(...goneSets.map(([name, { kind }]) => `delete ${kind} ${at} ${name}`));
  return lines;
}

function compatible(
  wanted: ReadonlyMap<string, { readonly definition: string }>,
  there: ReadonlyMap<string, { readonly definition: string }>,
): boolean {
  return [...wanted].every(([name, { definition }]) => (there.get(name)?.definition ?? definition) === definition);
}

function elementChanges(at: string, wanted: SetContent, there: SetContent | undefined): string[] {
  const present = new Set(there?.elements);
  const due = new Set(wanted.elements);
  const added = wanted.elements.filter((element) => !present.has(element));
  // A map's element is deleted by its key; one whose value changed is deleted first.
  const gone = (there?.elements ?? []).filter((element) => !due.has(element)).map(keyOf);
  return [
    ...(gone.length > 0 ? [`delete element ${at} { ${gone.join(', ')} }`] : []),
    ...(added.length > 0 ? [`add element ${at} { ${added.join(', ')} }`] : []),
  ];
}

const keyOf = (element: string): string => element.split(' : ')[0] ?? element;

/** The longest common subsequence stays; what is not in it goes, and what is new comes before the next rule that stays. */
function ruleChanges(
  at: string,
  texts: readonly string[],
  wanted: ChainContent | undefined,
  there: ChainContent | undefined,
): string[] {
  const due = (wanted?.rules ?? []).map(({ content }) => content);
  const present = there?.rules ?? [];
  const kept = commonSubsequence(
    due,
    present.map(({ content }) => content),
  );
  const keptThere = new Set(kept.map(([, index]) => index));
  const deletions = present
    .filter((_, index) => !keptThere.has(index))
    .map(({ handle }) => `delete rule ${at} handle ${handle}`);
  const additions = texts.flatMap((text, index) => {
    if (kept.some(([wantedIndex]) => wantedIndex === index)) return [];
    const next = kept.find(([wantedIndex]) => wantedIndex > index);
    const before = next === undefined ? undefined : present[next[1]];
    return before ? `insert rule ${at} handle ${before.handle} ${text}` : `add rule ${at} ${text}`;
  });
  return [...deletions, ...additions];
}

/** Pairs of indexes of a longest common subsequence; the common head and tail, nearly always everything, are not searched. */
export function commonSubsequence(a: readonly string[], b: readonly string[]): readonly (readonly [number, number])[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const pairs: [number, number][] = Array.from({ length: head }, (_, index) => [index, index]);
  const [height, width] = [a.length - head - tail, b.length - head - tail];
  const lengths = Array.from({ length: height + 1 }, () => new Uint32Array(width + 1));
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = height - 1; i >= 0; i--) {
    const row = lengths[i];
    for (let j = width - 1; row && j >= 0; j--) {
      row[j] = a[head + i] === b[head + j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < height && j < width; ) {
    if (a[head + i] === b[head + j]) pairs.push([head + i++, head + j++]);
    else if (length(i + 1, j) >= length(i, j + 1)) i++;
    else j++;
  }
  for (let index = tail; index > 0; index--) pairs.push([a.length - index, b.length - index]);
  return pairs;
}
