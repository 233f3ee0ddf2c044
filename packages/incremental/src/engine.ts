import { GraphError, type UnitError } from './error.ts';
import type { GraphNode, Scheduler } from './scheduler.ts';

/** Decides in which order tables settle and what happens when: write, settle, tell. */
export class Engine implements Scheduler {
  running: string | undefined = undefined;
  readonly #onUnitError: ((error: UnitError) => void) | undefined;
  readonly #touched = new Set<GraphNode>();
  readonly #messages: (() => void)[] = [];
  readonly #releases: (() => void)[] = [];
  #unhandled: UnitError[] = [];
  #depth = 0;
  #stamp = 0;
  #telling = false;

  constructor(onUnitError: ((error: UnitError) => void) | undefined) {
    this.#onUnitError = onUnitError;
  }

  commit<T>(change: () => T): T {
    this.assertOutsideUnit('commit');
    if (this.#depth > 0) return change();
    this.#depth++;
    try {
      return change();
    } catch (cause) {
      for (const node of this.#touched) node.undo();
      throw cause;
    } finally {
      this.#depth--;
      this.#settle();
      this.#tell();
    }
  }

  touch(node: GraphNode): void {
    this.#touched.add(node);
  }

  depend(dependent: GraphNode, node: GraphNode): void {
    if (dependent.height <= node.height) {
      const path = pathBetween(dependent, node);
      if (path) {
        const names = [node, ...path].map(({ name }) => name);
        throw new GraphError('cycle', `${dependent.name} cannot depend on ${node.name}: ${names.join(' → ')}`, {
          path: names,
        });
      }
      raise(dependent, node.height + 1);
    }
    node.dependents.add(dependent);
  }

  nextStamp(): number {
    return ++this.#stamp;
  }

  deliver(message: () => void): void {
    this.#messages.push(message);
  }

  afterSettling(release: () => void): void {
    this.#releases.push(release);
  }

  report(error: UnitError): void {
    const handler = this.#onUnitError;
    if (handler) this.deliver(() => handler(error));
    else this.#unhandled.push(error);
  }

  assertOutsideUnit(action: string): void {
    if (this.running === undefined) return;
    throw new GraphError('impure', `a unit of ${this.running} tried to ${action}; units only read and return rows`);
  }

  #settle(): void {
    for (let node = lowest(this.#touched); node; node = lowest(this.#touched)) {
      this.#touched.delete(node);
      node.settle();
    }
    for (const release of this.#releases) release();
    this.#releases.length = 0;
  }

  /** Deliver in order, also what commits of the receivers add. Everyone is told before anything is thrown. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    const failures: unknown[] = [];
    for (const message of this.#messages) {
      try {
        message();
      } catch (cause) {
        failures.push(cause);
      }
    }
    this.#messages.length = 0;
    this.#telling = false;
    const unhandled = this.#unhandled;
    this.#unhandled = [];
    throwIfAny(failures, unhandled);
  }
}

/** The touched table that settles first. Few are touched at a time, so a search is as good as a heap. */
function lowest(touched: ReadonlySet<GraphNode>): GraphNode | undefined {
  let found: GraphNode | undefined;
  for (const node of touched) if (found === undefined || node.height < found.height) found = node;
  return found;
}

/** How one table leads to another through those that depend on it; undefined when it does not. */
function pathBetween(from: GraphNode, to: GraphNode, seen = new Set<GraphNode>()): readonly GraphNode[] | undefined {
  if (from === to) return [to];
  seen.add(from);
  for (const next of from.dependents) {
    const path = seen.has(next) ? undefined : pathBetween(next, to, seen);
    if (path) return [from, ...path];
  }
  return undefined;
}

function raise(node: GraphNode, height: number): void {
  node.height = height;
  for (const dependent of node.dependents) if (dependent.height <= height) raise(dependent, height + 1);
}

function throwIfAny(failures: readonly unknown[], unhandled: readonly UnitError[]): void {
  const [failure] = failures;
  if (failures.length > 0)
    throw new GraphError('subscriberFailed', `${failures.length} subscribers threw; the commit stands`, {
      cause: failures.length === 1 ? failure : new AggregateError(failures),
    });
  const [first] = unhandled;
  if (first)
    throw new GraphError(
      'unitFailed',
      `${unhandled.length} units failed and the graph has no onUnitError; the commit stands. First: ${first.table} ${JSON.stringify(first.unit)}: ${String(first.cause)}`,
      { cause: unhandled.length === 1 ? first.cause : new AggregateError(unhandled.map(({ cause }) => cause)) },
    );
}
