import type { Atom } from './value.ts';

export type AtomicType = 'integer' | 'real' | 'boolean' | 'string' | 'uuid';

/** RFC 7047 §3.2 <base-type>: an atomic type with its constraints. */
export interface BaseType {
  readonly type: AtomicType;
  /** Sorted. */
  readonly enum?: readonly Atom[];
  readonly minInteger?: number | bigint;
  readonly maxInteger?: number | bigint;
  readonly minReal?: number;
  readonly maxReal?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly refTable?: string;
  readonly refType?: 'strong' | 'weak';
}

/** RFC 7047 §3.2 <type>. `max` is Infinity for "unlimited"; a `value` makes it a map. */
export interface ColumnType {
  readonly key: BaseType;
  readonly value?: BaseType;
  readonly min: 0 | 1;
  readonly max: number;
}
