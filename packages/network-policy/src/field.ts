/** A field of a policy that cannot be understood. */
export interface FieldProblem {
  /** Its path, for example `spec.ingress[0].ports[1].endPort`. */
  readonly field: string;
  /** What it holds, and what would be right. */
  readonly message: string;
}

/** Thrown by readers of fields, and turned into a problem where the damage ends. Never leaves the package. */
export class BadField extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export type Members = Readonly<Record<string, unknown>>;

/** A value for a message: its JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** JSON from elsewhere may hold null where a field is absent. */
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

export function objectAt(value: unknown, field: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadField(field, `${shown(value)} is not an object`);
  return value as Members;
}

/** A list, or the empty one where the field is absent. */
export function listAt(value: unknown, field: string): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value)) throw new BadField(field, `${shown(value)} is not a list`);
  return value;
}

export function textAt(value: unknown, field: string): string {
  if (typeof value !== 'string') throw new BadField(field, `${shown(value)} is not a string`);
  return value;
}

/** A whole number between two bounds. */
export function numberAt(value: unknown, field: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new BadField(field, `${shown(value)} is not a whole number from ${least} to ${most}`);
  return value;
}

/** One of a few words. */
export function wordAt<const Word extends string>(value: unknown, field: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === value);
  if (word === undefined) throw new BadField(field, `${shown(value)} is none of ${words.join(', ')}`);
  return word;
}

/** What `read` gives, or `otherwise` with the reason among the problems. */
export function attempt<T>(problems: FieldProblem[], read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    problems.push({ field: error.field, message: error.message });
    return otherwise;
  }
}

/** The items of a list that can be understood; the others are problems, and are left out. */
export function eachOf<T>(
  problems: FieldProblem[],
  list: readonly unknown[],
  field: string,
  read: (item: unknown, field: string) => T,
): readonly T[] {
  return list.flatMap((item, at) => attempt<readonly T[]>(problems, () => [read(item, `${field}[${at}]`)], []));
}
