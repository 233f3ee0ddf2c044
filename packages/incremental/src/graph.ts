import { DerivedNode } from './derived-node.ts';
import { Engine } from './engine.ts';
import { GraphError, type UnitError } from './error.ts';
import { Explanation } from './explanation.ts';
import { InputNode } from './input-node.ts';
import { ProducedNode } from './produced-node.ts';
import { TrackingReader } from './reader.ts';
import type {
  DerivedOptions,
  GraphOptions,
  InputTable,
  Table,
  TableOptions,
  TableStatistics,
  UnionTable,
  UnitFunction,
} from './table.ts';
import { TableNode } from './table-node.ts';
import { UnionNode } from './union-node.ts';
import type { Why } from './why.ts';

/**
 * Tables and what is derived from them. After any sequence of commits every derived table equals what a new graph with
 * the same inputs would hold, at the cost of the units that read what changed.
 *
 *     const graph = new Graph({ onUnitError: ({ table, unit, cause }) => log.error({ table, unit, cause }) });
 *     const nodes = graph.input<Node>('nodes');
 *     const pods = graph.input<Pod>('pods');
 *     const ports = graph.derive<Pod, Port>('ports', pods, (pod, read, key) => {
 *       const node = read.row(nodes, pod.node);
 *       return node ? [[`port/${key}`, { tag: node.tag }]] : [];
 *     });
 *     graph.commit(() => {
 *       nodes.set('a', { tag: 1 });
 *       pods.set('p', { node: 'a' });
 *     });
 */
export class Graph {
  readonly #engine: Engine;
  readonly #reader: TrackingReader;
  readonly #tables = new Map<string, TableNode<unknown>>();

  constructor(options: GraphOptions = {}) {
    this.#engine = new Engine(options.onUnitError);
    this.#reader = new TrackingReader(this.#engine);
  }

  /** A table that is written from outside. */
  input<Row>(name: string, options: TableOptions<Row> = {}): InputTable<Row> {
    return this.#adopt(new InputNode<Row>(this.#engine, this.#nextId(name), name, options));
  }

  /**
   * A table with one unit for each row of `from`. Units may read any table of the graph but this one and those that
   * depend on it; tables may be made in any order.
   */
  derive<From, Row>(
    name: string,
    from: Table<From>,
    unit: UnitFunction<From, Row>,
    options: DerivedOptions<Row> = {},
  ): Table<Row> {
    const source = this.#own(from);
    const node = this.#adopt(
      new DerivedNode<From, Row>(this.#engine, this.#nextId(name), name, {
        ...options,
        compute: unit,
        reader: this.#reader,
      }),
    );
    this.commit(() => node.derivedFrom(source));
    return node;
  }

  /** One table from several, at the cost of each change. Keys that several of them hold are merged or an error, as in derive. */
  union<Row>(name: string, tables: Iterable<Table<Row>>, options: DerivedOptions<Row> = {}): UnionTable<Row> {
    const node = this.#adopt(new UnionNode<Row>(this.#engine, this.#nextId(name), name, options));
    this.commit(() => {
      for (const table of tables) node.add(table);
    });
    return node;
  }

  /**
   * Make all changes of `change` one: nobody hears of a part of them. Commits may be nested; the outermost one counts.
   * When it throws, its changes of inputs are undone. In a commit inputs show the new rows at once, derived tables after it.
   */
  commit<T>(change: () => T): T {
    return this.#engine.commit(change);
  }

  /** Why is there (or is there not) a row `key` in `table`: the units that made it and what they read, back to the inputs. */
  why(table: Table<unknown>, key: string): Why {
    return new Explanation().row(this.#own(table), key);
  }

  /** The failures that stand now. */
  *errors(): Generator<UnitError> {
    for (const node of this.#tables.values()) if (node instanceof ProducedNode) yield* node.errors();
  }

  statistics(): TableStatistics[] {
    return [...this.#tables.values()].map((node) => node.statistics());
  }

  #nextId(name: string): number {
    this.#engine.assertOutsideUnit(`make table ${name}`);
    if (this.#tables.has(name))
      throw new GraphError('duplicateName', `the graph has a table ${name} already; choose another name`);
    return this.#tables.size;
  }

  #adopt<Node extends TableNode<unknown>>(node: Node): Node {
    this.#tables.set(node.name, node);
    return node;
  }

  #own<Row>(table: Table<Row>): TableNode<Row> {
    if (table instanceof TableNode && table.scheduler === this.#engine) return table;
    throw new GraphError('foreign', `table ${table.name} is not of this graph`);
  }
}
