import type { TlvMap, TlvTableMod } from '../messages/nicira-messages.ts';
import { parseError } from '../openflow-error.ts';
import { scanInteger } from './parse-number.ts';

/** Pieces of a mapping between its numbers, with each number's bits. */
const PIECES: readonly (readonly [before: string, bits: number])[] = [
  ['{class=', 16],
  [',type=', 8],
  [',len=', 8],
  ['}->tun_metadata', 16],
];

function parseMap(text: string): { readonly map: TlvMap; readonly rest: string } {
  let rest = text;
  const numbers = PIECES.map(([before, bits]) => {
    const found = rest.startsWith(before) ? scanInteger(rest.slice(before.length)) : undefined;
    if (found === undefined) throw parseError('invalid tlv mapping');
    rest = found.rest;
    return found.value < 1n << 63n ? Number(BigInt.asUintN(bits, found.value)) : 2 ** bits - 1;
  });
  const [option_class = 0, option_type = 0, option_len = 0, index = 0] = numbers;
  return { map: { option_class, option_type, option_len, index }, rest };
}

/** Parses `{class=0xffff,type=0,len=4}->tun_metadata0,…`. Throws a `parse` error with ovs-ofctl's words. */
export function parseTlvTableMod(text: string, command: 'add' | 'delete'): TlvTableMod {
  if (text === '' && command === 'delete') return { type: 'tlv_table_mod', command: 'clear', mappings: [] };
  const mappings: TlvMap[] = [];
  let rest = text;
  while (rest !== '') {
    const one = parseMap(rest.startsWith(',') ? rest.slice(1) : rest);
    mappings.push(one.map);
    rest = one.rest;
  }
  return { type: 'tlv_table_mod', command, mappings };
}
