import type { UnitError } from './error.ts';

/** A table as the graph's order sees it. */
export interface GraphNode {
  readonly name: string;
  /** Place in the graph's list of tables. */
  readonly id: number;
  /** Above the height of every table that it depends on: tables settle by height, so none is ever seen half done. */
  height: number;
  /** Tables that depend on this one, in whatever way. */
  readonly dependents: Set<GraphNode>;
  /** Bring it up to date; all tables of lower height are. */
  settle(): void;
  /** Take back what was written in the commit that is being abandoned. */
  undo(): void;
}

/** What tables need of their graph. */
export interface Scheduler {
  /** Name of the table whose unit is running. */
  running: string | undefined;
  commit<T>(change: () => T): T;
  /** Settle `node` before the current commit ends. */
  touch(node: GraphNode): void;
  /** From now on `dependent` settles after `node`. Throws GraphError `cycle` when `node` depends on `dependent`. */
  depend(dependent: GraphNode, node: GraphNode): void;
  /** A number never given before. */
  nextStamp(): number;
  /** Run after the graph has settled, in order. */
  deliver(message: () => void): void;
  /** Run when the current commit has settled: the end of caches that live as long as that takes. */
  afterSettling(release: () => void): void;
  report(error: UnitError): void;
  /** Throws GraphError `impure` while a unit runs. */
  assertOutsideUnit(action: string): void;
}
