import { type Field, findField } from '../field/field.ts';
import type { Subfield } from '../model/match.ts';
import { parseError } from '../openflow-error.ts';
import { headerNamed } from '../oxm/header.ts';

/** A field by its NXM or OXM name (`_W` or not) or its own. */
function fieldByAnyName(name: string): Field | undefined {
  const wire = name.length > 2 && name.endsWith('_W') ? name.slice(0, -2) : name;
  return headerNamed(wire)?.field ?? findField(name);
}

/** Reads a subfield from the front of a text: `reg0`, `NXM_NX_REG0[]`, `reg0[3]`, `reg0[0..15]`; gives what is left. */
export function scanSubfield(text: string): { readonly subfield: Subfield; readonly rest: string } {
  const name = /^[^[-]*/.exec(text)?.[0] ?? '';
  const field = fieldByAnyName(name);
  if (field === undefined) throw parseError(`${text}: unknown field \`${name}'`);
  let rest = text.slice(name.length);
  let start = 0;
  let end = field.width - 1;
  if (rest.startsWith('[')) {
    const found = /^\[\s*(?:(-?\d+)(?:\.\.\s*(-?\d+))?)?\]/.exec(rest);
    if (found === null) throw parseError(`${text}: syntax error expecting [] or [<bit>] or [<start>..<end>]`);
    if (found[1] !== undefined) {
      start = Number(found[1]);
      end = found[2] === undefined ? start : Number(found[2]);
    }
    rest = rest.slice(found[0].length);
  }
  if (start > end) throw parseError(`${text}: starting bit ${start} is after ending bit ${end}`);
  const wide = `is not valid because field is only ${field.width} bits wide`;
  if (start >= field.width) throw parseError(`${text}: starting bit ${start} ${wide}`);
  if (end >= field.width) throw parseError(`${text}: ending bit ${end} ${wide}`);
  return { subfield: { field: field.name, start, width: end - start + 1 }, rest };
}

/** A subfield that is the whole text. */
export function parseSubfield(text: string): Subfield {
  const { subfield, rest } = scanSubfield(text);
  if (rest !== '') throw parseError(`unexpected input following field syntax`);
  return subfield;
}
