import { readFile } from 'node:fs/promises';

/** A pod of a case. */
export interface CasePod {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ip?: string;
  /** Where a pod has an address of each family. */
  readonly ips?: readonly string[];
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
  readonly hostNetwork?: boolean;
  readonly phase?: string;
}

/** The state of a cluster. */
export interface CaseWorld {
  readonly namespaces: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[];
  readonly pods: readonly CasePod[];
}

export interface CasePolicy {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

/** A question and its answer. Ends are `<namespace>/<name>` of a pod, or an address outside. */
export interface CaseProbe {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly proto: string;
  readonly expected: boolean;
  readonly checked?: boolean;
}

/** All questions between all ends, with an answer of one character each: `1` allow, `0` deny, `-` not asked. */
export interface CaseGrid {
  readonly ports: readonly number[];
  readonly protos: readonly string[];
  readonly externals: readonly string[];
  readonly answers: string;
}

/** A state that follows the one before it, and what is asked then. */
export interface CaseStep extends Partial<CaseWorld> {
  readonly policies: readonly CasePolicy[];
  readonly probes?: readonly CaseProbe[];
  readonly grid?: CaseGrid;
}

export interface Case {
  readonly id: string;
  readonly name: string;
  readonly steps: readonly CaseStep[];
}

/** A file of cases, format `netpol-cases/1`. */
export interface CaseFile {
  readonly format: string;
  /** 4, 6, or both families as `46`. */
  readonly family?: number | string;
  /** The state of steps that do not tell theirs. */
  readonly world?: CaseWorld;
  readonly cases: readonly Case[];
}

/** Reads a file. Throws Error that names the file when it is not of this format. */
export async function readCaseFile(path: string): Promise<CaseFile> {
  const text = await readFile(path, 'utf8');
  let document: CaseFile;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON: ${String(cause)}`, { cause });
  }
  if (document?.format !== 'netpol-cases/1' || !Array.isArray(document.cases))
    throw new Error(`${path} is not a file of cases: its format is ${document?.format}, it should be netpol-cases/1`);
  return document;
}

/** The state of a step. Throws Error where neither the step nor the file tells it. */
export function worldOf(file: CaseFile, step: CaseStep): CaseWorld {
  const namespaces = step.namespaces ?? file.world?.namespaces;
  const pods = step.pods ?? file.world?.pods;
  if (namespaces === undefined || pods === undefined) throw new Error('a step has neither pods nor a world');
  return { namespaces, pods };
}

/** The questions of a step, one by one, those that are not asked left out. */
export function* probesOf(step: CaseStep, pods: readonly CasePod[]): Generator<CaseProbe> {
  for (const probe of step.probes ?? []) if (probe.checked !== false) yield probe;
  if (step.grid === undefined) return;
  const { ports, protos, externals, answers } = step.grid;
  const ends = [...pods.map(({ namespace, name }) => `${namespace}/${name}`), ...externals];
  const count = ends.length ** 2 * ports.length * protos.length;
  if (answers.length !== count) throw new Error(`a grid has ${answers.length} answers to ${count} questions`);
  let at = 0;
  for (const from of ends)
    for (const to of ends)
      for (const port of ports)
        for (const proto of protos) {
          const answer = answers[at++];
          if (answer !== '-') yield { from, to, port, proto, expected: answer === '1' };
        }
}
