import { codec, formatActions, isOpenFlowError } from '@ovnkube/openflow';
import { versionByte } from './openflow-nxm.ts';
import { compare, type Outcome, text, type Vector } from './vector.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bytes that encoding again gives otherwise, as `ovs-ofctl parse-actions` lists them. */
function differences(before: Uint8Array, after: Uint8Array): string[] {
  const show = (byte: number | undefined): string => byte?.toString(16).padStart(2, '0') ?? '(none)';
  const lines: string[] = [];
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    if (before[at] !== after[at]) lines.push(`${String(at).padStart(2)}: ${show(before[at])} -> ${show(after[at])}`);
  }
  return lines;
}

/** `ovs-ofctl parse-actions` and `parse-instructions`: decode, print, encode again. */
export function actionsSuite(kind: 'actions' | 'instructions'): (vector: Vector) => Outcome {
  return (vector) => {
    const version = text(vector, 'version');
    const source = bytes(text(vector, 'hex'));
    const options = { version: versionByte(version), policy: 'strict' } as const;
    try {
      const actions =
        kind === 'actions' ? codec.actions.decode(source, options) : codec.instructions.decode(source, options);
      const canonical = codec.canonicalActions(actions);
      const again =
        kind === 'actions' ? codec.actions.encode(canonical, options) : codec.instructions.encode(canonical, options);
      const got = [
        `actions=${formatActions(actions)}`,
        ...differences(source, again).map((line) => line.padStart(line.length)),
      ];
      const expected = text(vector, 'expected')
        .split('\n')
        .map((line) => line.trim());
      const diffs =
        Array.isArray(vector['diffs']) || expected.length > 1 ? got.map((line) => line.trim()) : got.slice(0, 1);
      return compare(diffs.join('\n'), expected.join('\n'));
    } catch (error) {
      if (!isOpenFlowError(error, 'decode')) throw error;
      return compare(`bad ${version} ${kind}: ${error.ofp}`, text(vector, 'expected'));
    }
  };
}
