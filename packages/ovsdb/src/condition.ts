import type { Value } from './value.ts';

/** RFC 7047 §5.1 <function>. */
export type ConditionFunction = '<' | '<=' | '==' | '!=' | '>=' | '>' | 'includes' | 'excludes';

/** One clause: column, function, value; or a constant, as OVS extends it (ovsdb-server(7) §4.1.12). */
export type Condition = readonly [column: string, func: ConditionFunction, value: Value] | boolean;
