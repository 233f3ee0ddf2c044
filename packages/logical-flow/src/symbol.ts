import type { FieldName } from '@ovnkube/openflow';

/** How a field may be tested (ovn-sb(5), "Level of Measurement"). */
export type MeasurementLevel = 'nominal' | 'Boolean' | 'ordinal';

/** Where a field may be written: in plain actions, inside `ct_commit { }`, in both, or nowhere. */
export type WriteScope = 'default' | 'ct_commit';

/** A packet or metadata field of OpenFlow under a logical name. */
export interface FieldDefinition {
  readonly kind: 'field';
  readonly name: string;
  readonly field: FieldName;
  readonly prerequisites?: string;
  /** Never a dimension of a conjunctive match: an OR over the field multiplies the flows instead. */
  readonly crossProduct?: boolean;
  readonly scope?: WriteScope;
}

/** Some bits of a larger symbol, e.g. `vlan.tci[0..11]`. */
export interface SubfieldDefinition {
  readonly kind: 'subfield';
  readonly name: string;
  readonly of: string;
  readonly prerequisites?: string;
  readonly scope?: WriteScope;
}

/** A Boolean shorthand for an expression. */
export interface PredicateDefinition {
  readonly kind: 'predicate';
  readonly name: string;
  readonly expansion: string;
}

/** A field that holds a port's tunnel key and is written as the port's name. */
export interface StringDefinition {
  readonly kind: 'string';
  readonly name: string;
  readonly field: FieldName;
  readonly prerequisites?: string;
}

/** A field that only OVN's controller can write; `id` is what the `note` action carries. */
export interface OvnFieldDefinition {
  readonly kind: 'ovnField';
  readonly name: string;
  readonly id: number;
  readonly width: number;
}

/** One symbol of a symbol table, as data. */
export type SymbolDefinition =
  | FieldDefinition
  | SubfieldDefinition
  | PredicateDefinition
  | StringDefinition
  | OvnFieldDefinition;

/** A symbol as the compiler works with it. */
export interface OvnSymbol {
  readonly name: string;
  /** Bits; 0 is a string. */
  readonly width: number;
  readonly level: MeasurementLevel;
  readonly crossProduct: boolean;
  readonly writable: readonly WriteScope[];
  readonly prerequisites?: string;
  /** The OpenFlow field, for fields and strings. */
  readonly field?: FieldName;
  /** What a subfield is part of, and from which bit on. */
  readonly parent?: { readonly symbol: OvnSymbol; readonly offset: number };
  readonly predicate?: string;
  readonly ovnField?: { readonly id: number; readonly width: number };
}

/** A symbol, or some of its bits. For strings `width` is 0. */
export interface FieldReference {
  readonly symbol: OvnSymbol;
  readonly offset: number;
  readonly width: number;
}

/** `reg0`, `reg0[3]`, `reg0[0..15]`. */
export function formatField({ symbol, offset, width }: FieldReference): string {
  if (offset === 0 && width === symbol.width) return symbol.name;
  return `${symbol.name}[${offset}${width === 1 ? '' : `..${offset + width - 1}`}]`;
}
