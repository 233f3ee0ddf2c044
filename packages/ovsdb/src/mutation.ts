import type { Value } from './value.ts';

/** RFC 7047 §5.1 <mutator>. */
export type Mutator = '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete';

/** Column, mutator, argument. `delete` on a map takes a map (exact pairs) or an array (keys). */
export type Mutation = readonly [column: string, mutator: Mutator, value: Value];
