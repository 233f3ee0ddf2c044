import type { Action, Flow, Match, MatchField } from '@ovnkube/openflow';
import { encodeActionList } from './actions/action.ts';
import type { EncodeContext } from './actions/encode-context.ts';
import { type ActionParseContext, type ParsedActions, parseActions } from './actions/parser.ts';
import type { Chassis, Datapath, LogicalFlow } from './compile-context.ts';
import type { Comparison } from './expr/expression.ts';
import { MatchPlan, type SetChange } from './expr/match-plan.ts';
import type { ExpressionMatch } from './expr/matches.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Release } from './release.ts';
import { type Expanded, expandTemplates } from './template-variables.ts';

/** An OpenFlow flow with where it comes from. */
export interface CompiledFlow extends Flow {
  /** What the match says beside the datapath, each with its places in the match column (or of an action that required it). */
  readonly terms: readonly Comparison[];
}

/** What a change of a set does to the flows. */
export interface FlowChange {
  readonly added: readonly CompiledFlow[];
  readonly removed: readonly CompiledFlow[];
  readonly recompiled: boolean;
}

/** A logical flow compiled for one datapath. */
export interface CompiledLogicalFlow {
  readonly flows: readonly CompiledFlow[];
  /** Address sets and port groups that were looked up: `$name`, `@name`. */
  readonly references: ReadonlySet<string>;
  /** Names of ports and multicast groups that were looked up. */
  readonly ports: ReadonlySet<string>;
  /** Names of ports that residency was asked of. */
  readonly residents: ReadonlySet<string>;
  /** Template variables that were looked up. */
  readonly variables: ReadonlySet<string>;
  /** Takes over a change of a set; the chassis must have the new members already. `flows` stays what it was. */
  update(change: SetChange): FlowChange;
}

/** The parse context of a flow's actions. */
function parseContext(release: Release, { pipeline, table }: LogicalFlow, limits: Limits): ActionParseContext {
  const { symbols, actions, layout, dhcpOptions, dhcpv6Options, ndRaOptions } = release;
  const tableCounts = { ingress: layout.pipelines.ingress.length, egress: layout.pipelines.egress.length };
  return { symbols, actions, pipeline, table, tableCounts, dhcpOptions, dhcpv6Options, ndRaOptions, limits };
}

function encodeContext(
  release: Release,
  flow: LogicalFlow,
  datapath: Datapath,
  chassis: Chassis,
  ports: Set<string>,
): EncodeContext {
  const { controllerMeter } = flow;
  const meter = controllerMeter === undefined ? undefined : chassis.meters.assign(controllerMeter);
  return {
    layout: release.layout,
    pipeline: flow.pipeline,
    isSwitch: datapath.isSwitch,
    datapathKey: datapath.tunnelKey,
    uuid: flow.uuid,
    lookupPort: (name) => {
      ports.add(name);
      return chassis.lookupPort(name, datapath);
    },
    tunnelPort: (name) => chassis.tunnelPort?.(name),
    isLocalPort: (name) => chassis.isChassisResident(name),
    groups: chassis.groups,
    meters: chassis.meters,
    ...(meter === undefined ? {} : { controllerMeter: meter }),
    features: chassis.features ?? {},
    commonNatZone: datapath.commonNatZone ?? 'dnat',
    hasCollectorSet: (id) => chassis.hasCollectorSet?.(id) ?? false,
    arpNsExplicitOutput: chassis.arpNsExplicitOutput ?? true,
    registerConsolidation: chassis.registerConsolidation ?? true,
  };
}

/** The first 32 bits of a UUID: the cookie of its flows. */
export function cookieOf(uuid: string): bigint {
  return BigInt(`0x${uuid.slice(0, 8)}`);
}

function isField(field: Match[number]): field is MatchField {
  return field.field !== 'unknown';
}

/** Whether a switch's flow tests a port that is not here: no packet of this chassis can match it. */
function isElsewhere(match: Match, flow: LogicalFlow, datapath: Datapath, chassis: Chassis, release: Release): boolean {
  if (!datapath.isSwitch || chassis.isLocalKey === undefined) return false;
  const { registers } = release.layout;
  const register = flow.pipeline === 'ingress' ? registers.inport : registers.outport;
  const key = match.filter(isField).find(({ field }) => field === register)?.value;
  return typeof key === 'number' && key !== 0 && !chassis.isLocalKey(key, datapath);
}

class Compiled implements CompiledLogicalFlow {
  readonly flows: readonly CompiledFlow[];
  readonly ports = new Set<string>();
  readonly residents = new Set<string>();
  readonly variables: ReadonlySet<string>;
  private readonly release: Release;
  private readonly flow: LogicalFlow;
  private readonly datapath: Datapath;
  private readonly chassis: Chassis;
  private readonly actions: readonly Action[];
  private readonly plan: MatchPlan;
  private conjunctionOffset = 0;

  constructor(release: Release, flow: LogicalFlow, datapath: Datapath, chassis: Chassis, limits: Limits) {
    this.release = release;
    this.flow = flow;
    this.datapath = datapath;
    this.chassis = chassis;
    const variable = (name: string) => chassis.templateVariable?.(name);
    const match: Expanded = expandTemplates(flow.match, variable);
    const text: Expanded = expandTemplates(flow.actions, variable);
    this.variables = new Set([...match.variables, ...text.variables]);
    const parsed: ParsedActions = parseActions(text.text, parseContext(release, flow, limits));
    this.plan = new MatchPlan(match.text, parsed.prerequisites, {
      ...chassis,
      symbols: release.symbols,
      datapathKey: datapath.tunnelKey,
      limits,
      lookupPort: (name) => {
        this.ports.add(name);
        return chassis.lookupPort(name, datapath);
      },
      isChassisResident: (port) => {
        this.residents.add(port);
        return chassis.isChassisResident(port);
      },
    });
    const context = encodeContext(release, flow, datapath, chassis, this.ports);
    this.actions = encodeActionList(parsed.actions, context);
    this.reserveConjunctions();
    this.flows = this.plan.matches().flatMap((one) => this.toFlow(one));
  }

  get references(): ReadonlySet<string> {
    return this.plan.references;
  }

  update(change: SetChange): FlowChange {
    const { added, removed, recompiled } = this.plan.update(change);
    const gone = removed.flatMap((one) => this.toFlow(one));
    if (recompiled) this.reserveConjunctions();
    return { added: added.flatMap((one) => this.toFlow(one)), removed: gone, recompiled };
  }

  private reserveConjunctions(): void {
    const { conjunctionCount } = this.plan;
    if (conjunctionCount === 0) return;
    const first = this.chassis.conjunctionIds?.(this.flow, this.datapath, conjunctionCount) ?? 1;
    this.conjunctionOffset = first - 1;
  }

  private toFlow({ match, conjunctions, terms }: ExpressionMatch): CompiledFlow[] {
    const { flow, datapath, chassis, release } = this;
    if (isElsewhere(match, flow, datapath, chassis, release)) return [];
    const { pipelines, registers } = release.layout;
    const offset = this.conjunctionOffset;
    const fields = match.map((field) =>
      field.field === 'conj_id' && typeof field.value === 'number' ? { ...field, value: field.value + offset } : field,
    );
    // A clause may be shared with other logical flows, so it belongs to none: its cookie is 0.
    const shared = conjunctions.length > 0;
    return [
      {
        table: pipelines[flow.pipeline].start + flow.table,
        priority: flow.priority,
        cookie: shared ? 0n : cookieOf(flow.uuid),
        match: [{ field: registers.datapath, value: BigInt(datapath.tunnelKey) }, ...fields],
        actions: shared
          ? conjunctions.map(({ id, clause, n_clauses }) => ({
              type: 'conjunction',
              id: id + offset,
              clause,
              n_clauses,
            }))
          : this.actions,
        terms,
      },
    ];
  }
}

/**
 * Compiles a logical flow for a datapath of a chassis. Throws a LogicalFlowError where the match or the actions are not valid
 * (with OVN's message) or a limit is hit.
 */
export function compileLogicalFlow(
  release: Release,
  flow: LogicalFlow,
  datapath: Datapath,
  chassis: Chassis,
  limits: Limits = DEFAULT_LIMITS,
): CompiledLogicalFlow {
  return new Compiled(release, flow, datapath, chassis, limits);
}
