import { z } from 'zod';
import { type Address, addressesSchema } from './address.ts';
import { HostError } from './error.ts';
import { word } from './ip-text.ts';
import { type Link, linkSchema } from './link.ts';
import { type Neighbour, neighbourSchema } from './neighbour.ts';
import { type Route, routeSchema } from './route.ts';
import { type Rule, readRule, ruleSchema } from './rule.ts';
import type { Run } from './run.ts';
import { perform } from './script.ts';
import { readSysctls, type Sysctls } from './sysctl.ts';

/** What is there, in one namespace. */
export interface Observed {
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly Neighbour[];
  readonly rules: readonly Rule[];
  readonly sysctls: Sysctls;
}

/** What to look at: reading costs with the number of objects, so only what is asked for is read. */
export interface Scope {
  /** One link only, by name; else all. A link that is not there is an empty answer. */
  readonly dev?: string;
  readonly routes?: boolean;
  readonly neighbours?: boolean;
  readonly rules?: boolean;
  /** Paths below /proc/sys. */
  readonly sysctls?: readonly string[];
  readonly netns?: string;
  readonly signal?: AbortSignal;
}

/** Links and addresses always, the rest as asked, in one process (one more for IPv6 rules, one for sysctls). */
export async function observe(run: Run, scope: Scope = {}): Promise<Observed> {
  const dev = scope.dev === undefined ? '' : ` dev ${word(scope.dev)}`;
  const sections = {
    address: `address show${dev}`,
    route: scope.routes ? `route show table all${dev}` : '',
    neighbour: scope.neighbours ? `neighbour show${dev}` : '',
    rule: scope.rules ? 'rule show' : '',
  };
  const lines = Object.values(sections).filter((line) => line !== '');
  const options = { ...(scope.netns ? { netns: scope.netns } : {}), ...(scope.signal ? { signal: scope.signal } : {}) };
  const [shown, rules6, sysctls] = await Promise.all([
    perform(run, [{ kind: 'ip', lines }], { ...options, goOn: scope.dev !== undefined }),
    scope.rules ? perform(run, [{ kind: 'ip', family: 6, lines: ['rule show'] }], options) : undefined,
    readSysctls(run, scope.netns, scope.sysctls ?? [], scope.signal),
  ]);
  if (scope.dev !== undefined && shown.failures.length > 0) {
    const absent = shown.failures.every(({ words }) => /does not exist|Cannot find device|No such device/.test(words));
    const [failure] = shown.failures;
    if (!absent) throw new HostError('command-failed', `${failure?.line}: ${failure?.words}`);
    return { links: [], addresses: [], routes: [], neighbours: [], rules: [], sysctls };
  }
  const documents = jsonLines(shown.stdout);
  const next = (line: string): unknown => (line === '' ? [] : documents.shift());
  const addressed = next(sections.address);
  return {
    links: read(z.array(linkSchema), addressed, sections.address),
    addresses: read(z.array(addressesSchema), addressed, sections.address).flat(),
    routes: read(z.array(routeSchema), next(sections.route), sections.route).map((route) => onDevice(route, scope.dev)),
    neighbours: read(z.array(neighbourSchema), next(sections.neighbour), sections.neighbour).map((entry) =>
      onDevice(entry, scope.dev),
    ),
    rules: [
      ...read(z.array(ruleSchema), next(sections.rule), sections.rule).map((rule) => readRule(4, rule)),
      ...read(z.array(ruleSchema), jsonLines(rules6?.stdout ?? '').shift() ?? [], '-6 rule show').map((rule) =>
        readRule(6, rule),
      ),
    ],
    sysctls,
  };
}

/** `ip … show dev X` leaves the device out of what it shows. */
const onDevice = <T extends { readonly dev: string }>(entry: T, dev: string | undefined): T =>
  dev === undefined || entry.dev !== '' ? entry : { ...entry, dev };

/** `ip -json -batch` prints one array for each line of the batch. */
function jsonLines(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return lines.map((line) => JSON.parse(line));
  } catch (cause) {
    throw new HostError('unexpected-output', `ip printed what is not JSON: ${text.slice(0, 200)}`, { cause });
  }
}

function read<S extends z.ZodType>(schema: S, value: unknown, line: string): z.output<S> {
  const parsed = schema.safeParse(value ?? []);
  if (parsed.success) return parsed.data;
  throw new HostError('unexpected-output', `ip ${line}: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
}
