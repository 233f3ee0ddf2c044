import { isOpenFlowError, nxm } from '@ovnkube/openflow';
import type { Outcome, Vector } from './vector.ts';
import { compare, text } from './vector.ts';

const VERSION_BYTES: Readonly<Record<string, number>> = {
  OpenFlow10: 1,
  OpenFlow11: 2,
  OpenFlow12: 3,
  OpenFlow13: 4,
  OpenFlow14: 5,
  OpenFlow15: 6,
};

export function versionByte(name: string): number {
  const byte = VERSION_BYTES[name];
  if (byte === undefined) throw new Error(`no OpenFlow version '${name}'`);
  return byte;
}

/** `ovs-ofctl parse-nxm`, `parse-oxm`: raw notation through bytes and back. */
export function nxmSuite(vector: Vector): Outcome {
  const options = Array.isArray(vector['options']) ? vector['options'] : [];
  const version = vector['version'] === undefined ? 0 : versionByte(text(vector, 'version'));
  const source = text(vector, 'text').replace(/#.*$/, '');
  let got: string;
  try {
    got = nxm.roundTrip(source, { version, strict: options.includes('--strict') });
  } catch (error) {
    if (!isOpenFlowError(error)) throw error;
    got = error.code === 'decode' ? `nx_pull_match() returned error ${error.ofp}` : `ovs-ofctl: ${error.message}`;
  }
  return compare(got.trimEnd(), text(vector, 'expected').trimEnd());
}
