import { formatMessage } from '@ovnkube/openflow';
import { compare, type Outcome, text, type Vector } from './vector.ts';

/** Bytes of hex digits. */
export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Lines without spaces at their ends, which the recorded text has lost. */
function trimmed(output: string): string {
  return output.replace(/[ \t]+$/gm, '').replace(/\n+$/, '\n');
}

/** `ovs-ofctl ofp-print`: a message's text. A filtered vector says `| grep -q WORD`: the word must be in the text. */
export function printSuite(vector: Vector): Outcome {
  const { verbosity, filtered } = vector;
  const options = typeof verbosity === 'number' ? { verbosity } : {};
  const got = formatMessage(hexBytes(text(vector, 'hex')), options);
  const grep = typeof filtered === 'string' ? /grep -q (\S+)/.exec(filtered)?.[1] : undefined;
  if (grep !== undefined) return got.includes(grep) ? { status: 'passed' } : compare(got, `… ${grep} …`);
  return compare(trimmed(got), trimmed(text(vector, 'expected')));
}
