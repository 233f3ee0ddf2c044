import {
  encodeParsedFlow,
  formatMessage,
  formatProtocols,
  isOpenFlowError,
  type ParsedFlow,
  parseFlowMod,
  protocolNamed,
} from '@ovnkube/openflow';
import { compare, type Outcome, text, type Vector } from './vector.ts';

/** Parses as `ovs-ofctl` does: the flow, or the message that it prints. */
function attempt(source: string): ParsedFlow | string {
  try {
    return parseFlowMod(source, 'any');
  } catch (error) {
    if (!isOpenFlowError(error, 'parse')) throw error;
    return `ovs-ofctl: ${error.message}`;
  }
}

/** `ovs-ofctl parse-flow` with a text that it refuses: its message. */
export function flowErrorSuite(vector: Vector): Outcome {
  const parsed = attempt(text(vector, 'text'));
  return compare(typeof parsed === 'string' ? parsed : '(accepted)', text(vector, 'error'));
}

/** `ovs-ofctl parse-flow`: the protocols that can say a flow. */
export function protocolsSuite(vector: Vector): Outcome {
  const parsed = attempt(text(vector, 'text'));
  const got = typeof parsed === 'string' ? parsed : formatProtocols(parsed.protocols);
  const { error } = vector;
  // An error of this kind is only the name that ovs-ofctl's message holds.
  if (typeof error === 'string') return got.includes(error) ? { status: 'passed' } : compare(got, error);
  return compare(got, text(vector, 'expected'));
}

/** The vectors of one `ovs-ofctl parse-flows`: the protocol is one that can say all of its flows. */
function siblings(vector: Vector, document: unknown): readonly Vector[] {
  const all = Array.isArray(document) ? (document as readonly Vector[]) : [];
  return all.filter((other) => other['file'] === vector['file'] && other['line'] === vector['line']);
}

/** `ovs-ofctl parse-flows`: parsed, encoded in the protocol that it chose, decoded and printed. */
export function parseFlowsSuite(vector: Vector, document: unknown): Outcome {
  const parsed = attempt(text(vector, 'text'));
  if (typeof parsed === 'string') return compare(parsed, text(vector, 'expected'));
  const protocol = protocolNamed(text(vector, 'chosen')) ?? 0;
  const options = Array.isArray(vector['options']) ? vector['options'] : [];
  const more = options.includes('-mmm') ? { verbosity: 3 } : {};
  let got = formatMessage(encodeParsedFlow(parsed, protocol), more);
  got = got.replace(/ \(xid=0x[0-9a-f]*\)/, '').replace(/\n$/, '');
  const { filtered } = vector;
  if (typeof filtered === 'string' && filtered.includes('fec0:0:')) got = got.replaceAll('fec0:0:', 'fec0::');
  const outcome = compare(got, text(vector, 'expected'));
  const group = siblings(vector, document);
  if (outcome.status !== 'passed' || group.length !== vector['of']) return outcome;
  const usable = group.reduce((bits, { text: source }) => {
    const one = attempt(String(source));
    return typeof one === 'string' ? 0 : bits & one.protocols;
  }, -1);
  return compare(`usable: ${formatProtocols(usable)}`, `usable: ${text(vector, 'usable')}`);
}
