/**
 * Tables, derivations with tracked reads, indexes and atomic change batches: the one way in which this project computes
 * anything incrementally. A derived table has one unit, a pure function, for each row of its source; what a unit reads is
 * what it depends on, so it cannot miss a change, and nothing else makes it run.
 */
export { equal } from './equal.ts';
export { GraphError, type GraphErrorCode, type UnitError } from './error.ts';
export { Graph } from './graph.ts';
export type {
  Batch,
  Change,
  DerivedOptions,
  Entry,
  GraphOptions,
  Index,
  InputTable,
  Reader,
  Table,
  TableOptions,
  TableStatistics,
  UnionTable,
  UnitFunction,
} from './table.ts';
export { formatWhy, type Why, type WhyRead, type WhyUnit } from './why.ts';
