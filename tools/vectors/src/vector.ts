/** One entry of a vectors file: its kind says what the other members mean. */
export type Vector = Readonly<Record<string, unknown>> & { readonly id?: string; readonly kind?: string };

export interface Outcome {
  readonly status: 'passed' | 'failed' | 'not applicable';
  readonly detail?: string;
}

/** Judges one vector; the document is the whole parsed file, for kinds whose vectors need their neighbours. */
export type Suite = (vector: Vector, document: unknown) => Outcome | Promise<Outcome>;

/** By kind. */
export type Suites = Readonly<Record<string, Suite>>;

/** A member that must be text. */
export function text(vector: Vector, member: string): string {
  const value = vector[member];
  if (typeof value !== 'string') throw new Error(`vector ${vector.id}: '${member}' is no text`);
  return value;
}

/** Passed where both are the same, else failed with both. */
export function compare(got: string, expected: string): Outcome {
  return got === expected
    ? { status: 'passed' }
    : { status: 'failed', detail: `expected ${expected}\n     got ${got}` };
}
