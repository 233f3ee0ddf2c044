/** layers.json as read: the one table of who may import whom. */
export interface LayerTable {
  /** From the bottom up. */
  readonly layers: readonly string[];
  readonly packages: Readonly<Record<string, { readonly layer: string; readonly mayImport: readonly string[] }>>;
  /** Third-party package → the only packages that may import it. */
  readonly onlyIn: Readonly<Record<string, readonly string[]>>;
}

/** One package of the workspace, as found on disk. */
export interface Found {
  /** Unscoped name: `ovn-db`. */
  readonly name: string;
  /** The `layer:` tag of its package.json, or `tool` for a folder of tools/. */
  readonly layer: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly imports: readonly ImportLine[];
}

export interface ImportLine {
  readonly file: string;
  readonly line: number;
  /** Package name as imported, subpath cut off: `@ovnkube/ovsdb`, `zod`, `node:fs`. */
  readonly from: string;
  /** Whether the file is a test, an example or a benchmark, which may use devDependencies too. */
  readonly test: boolean;
}

const scope = '@ovnkube/';

/** Every breach of the table, a sentence each; empty when the tree is in order. */
export function breaches(table: LayerTable, tree: readonly Found[]): string[] {
  const layerOf = new Map(tree.map((found) => [found.name, found.layer]));
  return tree.flatMap((found) => [
    ...tableBreaches(table, found),
    ...dependencyBreaches(table, found, layerOf),
    ...importBreaches(table, found),
  ]);
}

function tableBreaches(table: LayerTable, { name, layer }: Found): string[] {
  const entry = table.packages[name];
  if (layer === 'tool') return [];
  if (!entry) return [`${name}: has no entry in layers.json; add one with its layer and what it may import`];
  if (entry.layer !== layer)
    return [`${name}: package.json says layer:${layer}, layers.json says ${entry.layer}; make them one`];
  return [];
}

function dependencyBreaches(table: LayerTable, found: Found, layerOf: ReadonlyMap<string, string>): string[] {
  const rank = (layer: string): number => table.layers.indexOf(layer);
  return found.dependencies
    .filter((dependency) => dependency.startsWith(scope))
    .map((dependency) => dependency.slice(scope.length))
    .flatMap((dependency) => {
      const layer = layerOf.get(dependency);
      if (layer === undefined) return [`${found.name}: depends on ${dependency}, which is not in the workspace`];
      if (rank(layer) > rank(found.layer))
        return [`${found.name} (${found.layer}): depends upward on ${dependency} (${layer})`];
      const allowed = found.layer === 'tool' ? ['*'] : (table.packages[found.name]?.mayImport ?? []);
      if (allowed.includes('*') || allowed.includes(dependency)) return [];
      return [
        `${found.name}: depends on ${dependency}, which layers.json does not allow it (allowed: ${allowed.join(', ') || 'nothing'})`,
      ];
    });
}

function importBreaches(table: LayerTable, found: Found): string[] {
  const runtime = new Set([...found.dependencies, `${scope}${found.name}`]);
  const withDev = new Set([...runtime, ...found.devDependencies]);
  return found.imports.flatMap(({ file, line, from, test }) => {
    const where = `${file}:${line}`;
    const only = table.onlyIn[from];
    if (only && !only.includes(found.name)) return [`${where}: only ${only.join(', ')} may import ${from}`];
    if (from.startsWith('node:') || workspaceTools.has(from)) return [];
    if ((test ? withDev : runtime).has(from)) return [];
    return [
      `${where}: imports ${from}, which ${found.name}/package.json does not declare in ${test ? 'dependencies or devDependencies' : 'dependencies'}`,
    ];
  });
}

/** What the workspace itself brings to tests and configuration files. */
const workspaceTools = new Set(['vitest', 'fast-check', 'vite']);
