import type { FieldName } from '@ovnkube/openflow';

/** Where a version of OVN puts its pipelines, helper tables, registers and flag bits: the contract with its controller. */
export interface Layout {
  readonly version: string;
  /** Logical table n of a pipeline is OpenFlow table `start` + n. */
  readonly pipelines: Readonly<Record<Pipeline, { readonly start: number; readonly length: number }>>;
  /** OpenFlow tables that actions send packets to. */
  readonly tables: Readonly<Record<HelperTable, number>>;
  readonly registers: Readonly<Record<LogicalRegister, FieldName>>;
  /** Bits of the `flags` register. */
  readonly flagBits: Readonly<Record<FlagBit, number>>;
}

/** A logical pipeline. */
export type Pipeline = 'ingress' | 'egress';

/** An OpenFlow table of the controller's own. */
export type HelperTable =
  | 'physicalToLogical'
  | 'detectLargePackets'
  | 'processLargePackets'
  | 'remoteOutput'
  | 'remoteVtepOutput'
  | 'localOutput'
  | 'checkLoopback'
  | 'saveInport'
  | 'logicalToPhysical'
  | 'macBinding'
  | 'macLookup'
  | 'checkLbHairpin'
  | 'checkLbHairpinReply'
  | 'ctSnatHairpin'
  | 'getFdb'
  | 'lookupFdb'
  | 'checkInPortSecurity'
  | 'checkInPortSecurityNd'
  | 'checkOutPortSecurity'
  | 'ecmpNextHopMac'
  | 'ecmpNextHop'
  | 'checkLbAffinity'
  | 'macCacheUse'
  | 'ctZoneLookup'
  | 'ctOrigNwDst'
  | 'ctOrigIp6Dst'
  | 'ctOrigTpDst'
  | 'floodRemoteChassis'
  | 'ctStateSave'
  | 'ctOrigProto'
  | 'getRemoteFdb'
  | 'learnRemoteFdb';

/** What a register is used for. */
export type LogicalRegister =
  | 'datapath'
  | 'flags'
  | 'dnatZone'
  | 'snatZone'
  | 'portZone'
  | 'inport'
  | 'outport'
  | 'remoteOutport'
  | 'ctOriginal'
  | 'ctSavedState'
  | 'lbAffinityIp4'
  | 'lbAffinityIp6'
  | 'lbAffinityIp6SwitchOld'
  | 'lbAffinityPort'
  | 'lbAffinityPortOld';

/** A bit of `flags` that actions use. */
export type FlagBit =
  | 'lookupMac'
  | 'lookupLbHairpin'
  | 'lookupFdb'
  | 'checkPortSecurity'
  | 'lookupCommitEcmpNextHop'
  | 'useLbAffinitySession';
