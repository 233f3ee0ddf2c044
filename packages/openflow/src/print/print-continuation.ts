import { decodeActions } from '../actions/decode-actions.ts';
import { readProperties } from '../actions/property.ts';
import { formatActions } from '../text/format-actions.ts';
import { Reader } from '../wire/reader.ts';

/** NXCPT_*: what a paused packet's continuation holds. Opaque to controllers; ovs-ofctl tells of it nevertheless. */
const PART = {
  bridge: 0x8000,
  stack: 0x8001,
  mirrors: 0x8002,
  conntracked: 0x8003,
  actions: 0x8006,
  actionSet: 0x8007,
};

function formatUuid(reader: Reader): string {
  const hex = Array.from(reader.copy(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A stack's value: hex without leading zeros. */
function formatValue(reader: Reader): string {
  const hex = Array.from(reader.copy(reader.left), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `0x${hex.replace(/^0+(?=.)/, '')}`;
}

/** Lines of a continuation. */
export function printContinuation(bytes: Uint8Array, version: number): string {
  let bridge = '';
  const stack: string[] = [];
  let mirrors = 0;
  let conntracked = false;
  let actions = '';
  let actionSet = '';
  readProperties(new Reader(bytes), (type, body) => {
    if (type === PART.bridge) bridge = ` continuation.bridge=${formatUuid(body)}\n`;
    else if (type === PART.stack) stack.push(formatValue(body));
    else if (type === PART.mirrors) mirrors = body.u32();
    else if (type === PART.conntracked) conntracked = true;
    else if (type === PART.actions || type === PART.actionSet) {
      // Nested actions are aligned by four bytes.
      body.skip(Math.min(4, body.left));
      const list = decodeActions(body, version, 'keep');
      if (list.length === 0) return;
      if (type === PART.actions) actions += `${actions === '' ? '' : ','}${formatActions(list)}`;
      else actionSet = ` continuation.action_set=${formatActions(list)}\n`;
    }
  });
  return [
    bridge,
    stack.length === 0
      ? ''
      : ` continuation.stack=${stack.map((value, at) => (at === 0 ? `(top) ${value}` : value)).join(' ')}\n`,
    mirrors === 0 ? '' : ` continuation.mirrors=0x${mirrors.toString(16)}\n`,
    conntracked ? ' continuation.conntracked=true\n' : '',
    actions === '' ? '' : ` continuation.actions=${actions}\n`,
    actionSet,
  ].join('');
}
