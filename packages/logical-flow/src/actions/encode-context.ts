import {
  type Action,
  actionBytes,
  type FieldName,
  type FieldValue,
  fieldNamed,
  Port,
  type Subfield,
} from '@ovnkube/openflow';
import { ByteWriter } from '../bytes.ts';
import { LogicalFlowError } from '../error.ts';
import type { FieldReference } from '../symbol.ts';
import type { Layout, Pipeline } from '../tables/layout.ts';
import { ActionOpcode, type ActionOpcodeName } from './opcodes.ts';
import { oxmHeader } from './oxm-header.ts';

/** Gives numbers to descriptions: groups and meters. The same text has the same number. */
export interface Allocator {
  /** The number of `description`, or undefined if there are none left: the action is then left out, as in OVN. */
  assign(description: string): number | undefined;
}

/** What the switch can do beyond the least that OVN needs. */
export interface SwitchFeatures {
  /** `ct(commit,nat(src))` with an all-zero address avoids collisions of tuples. */
  readonly ctZeroSnat?: boolean;
  /** Meters on `controller` actions. */
  readonly meters?: boolean;
  /** The hash method symmetric in layer 4 for `select`. */
  readonly dpHashL4Symmetric?: boolean;
}

/** Where and for what actions are encoded. */
export interface EncodeContext {
  readonly layout: Layout;
  readonly pipeline: Pipeline;
  /** A logical switch, else a router. */
  readonly isSwitch: boolean;
  /** Tunnel key of the datapath. */
  readonly datapathKey: number;
  /** UUID of the Logical_Flow row. */
  readonly uuid: string;
  /** Tunnel key of a port or multicast group by name. */
  readonly lookupPort: (name: string) => number | undefined;
  /** OpenFlow port of the tunnel to where a port is, for `fwd_group(liveness=…)`. */
  readonly tunnelPort: (name: string) => number | undefined;
  /** Whether the port is bound to this chassis, for `ct_lb_mark_local`. */
  readonly isLocalPort: (name: string) => boolean;
  readonly groups: Allocator;
  readonly meters: Allocator;
  /** Number of the meter of Logical_Flow.controller_meter. */
  readonly controllerMeter?: number;
  readonly features: SwitchFeatures;
  /** Which zone `ct_dnat_in_czone` and `ct_snat_in_czone` of this datapath use. */
  readonly commonNatZone: 'dnat' | 'snat';
  /** Whether a Flow_Sample_Collector_Set with this id exists. */
  readonly hasCollectorSet: (id: number) => boolean;
  /** Where `output` goes; left out, it follows from the pipeline. */
  readonly outputTable?: number;
  /** northd writes `output;` inside `arp { }` and `nd_ns { }` itself (SB_Global options:arp_ns_explicit_output). */
  readonly arpNsExplicitOutput: boolean;
  /** northd uses the load-balancer registers of 25.03 and later (SB_Global options:register_consolidation). */
  readonly registerConsolidation: boolean;
}

/** The table that `output` goes to. */
export function outputTable({ outputTable, layout, pipeline }: EncodeContext): number {
  return outputTable ?? (pipeline === 'ingress' ? layout.tables.detectLargePackets : layout.tables.saveInport);
}

/** The OpenFlow table of a logical table. */
export function physicalTable({ layout }: EncodeContext, pipeline: Pipeline, table: number): number {
  return layout.pipelines[pipeline].start + table;
}

/** `resubmit(,table)` */
export function resubmit(table: number): Action {
  return { type: 'resubmit', table };
}

/** The OpenFlow bits of a symbol or part of one. */
export function subfieldOf({ symbol, offset, width }: FieldReference): Subfield {
  let start = offset;
  let root = symbol;
  while (root.parent !== undefined) {
    start += root.parent.offset;
    root = root.parent.symbol;
  }
  if (root.field === undefined) {
    throw new LogicalFlowError(
      'encoding',
      `The symbol ${symbol.name} is no OpenFlow field and cannot be encoded here.`,
    );
  }
  return { field: root.field, start, width: root.width === 0 ? fieldNamed(root.field).width : width };
}

/** All bits of an OpenFlow field. */
export function wholeField(field: FieldName): Subfield {
  return { field, start: 0, width: fieldNamed(field).width };
}

function toFieldValue(field: FieldName, value: bigint): FieldValue {
  return fieldNamed(field).big ? value : Number(value);
}

/** Writes `value` to bits of a field, leaving the others: `set_field`. `mask` restricts it further. */
export function setField({ field, start, width }: Subfield, value: bigint, mask?: bigint): Action {
  const ones = (1n << BigInt(width)) - 1n;
  const shift = BigInt(start);
  const bits = ((mask ?? ones) & ones) << shift;
  const action = { type: 'set_field', field, value: toFieldValue(field, ((value & ones) << shift) & bits) } as const;
  return bits === BigInt(fieldNamed(field).ones) ? action : { ...action, mask: toFieldValue(field, bits) };
}

/** Bit number `bit` of the flags register. */
export function flagBit({ layout }: EncodeContext, bit: keyof Layout['flagBits']): Subfield {
  return { field: layout.registers.flags, start: layout.flagBits[bit], width: 1 };
}

/** An argument of a helper table: what to put where. */
export interface HelperArgument {
  readonly source: FieldReference;
  readonly destination: FieldName;
}

/** Runs `body` with arguments in the fields where helper tables and the controller expect them, and restores the fields. */
export function withArguments(args: readonly HelperArgument[], body: readonly Action[]): Action[] {
  const moved = args
    .map(({ source, destination }) => ({ source: subfieldOf(source), destination: wholeField(destination) }))
    .filter(({ source, destination }) => source.field !== destination.field);
  const reversed = [...moved].reverse();
  return [
    ...moved.map(({ destination }): Action => ({ type: 'push', src: destination })),
    ...reversed.map(({ source }): Action => ({ type: 'push', src: source })),
    ...moved.map(({ destination }): Action => ({ type: 'pop', dst: destination })),
    ...body,
    ...reversed.map(({ destination }): Action => ({ type: 'pop', dst: destination })),
  ];
}

interface ControllerOptions {
  /** The controller changes the packet and lets it go on. */
  readonly pause?: boolean;
  readonly meter?: number;
}

/** A packet-in: opcode, four zero bytes, arguments. */
export function controllerAction(
  context: EncodeContext,
  opcode: ActionOpcodeName,
  write: (userdata: ByteWriter) => void = () => {},
  options: ControllerOptions = {},
): Action {
  const userdata = new ByteWriter().u32(ActionOpcode[opcode]).zeros(4);
  write(userdata);
  const meter = options.meter ?? context.controllerMeter;
  return {
    type: 'controller',
    userdata: userdata.result(),
    ...(options.pause === true ? { pause: true } : {}),
    ...(meter !== undefined && context.features.meters === true ? { meter_id: meter } : {}),
  };
}

/** A packet-in whose arguments are OpenFlow 1.5 actions. */
export function controllerWithActions(
  context: EncodeContext,
  opcode: ActionOpcodeName,
  actions: readonly Action[],
  pause: boolean,
): Action {
  return controllerAction(context, opcode, (userdata) => userdata.bytes(actionBytes(actions)), { pause });
}

/** The header of a result bit in userdata: which field, which bit. */
export function writeResultBit(userdata: ByteWriter, destination: FieldReference): void {
  const { field, start } = subfieldOf(destination);
  userdata.bytes(oxmHeader(field)).u32(start);
}

/** OFPP_NONE, as `set_field:ANY->in_port` has it. */
export const NO_PORT = BigInt(Port.ANY & 0xffff);
