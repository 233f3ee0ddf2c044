import { decodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** Reads OpenFlow 1.4's properties (type, length, body, zeros up to a multiple of 8) up to the reader's end. */
export function readProperties(reader: Reader, each: (type: number, body: Reader, start: number) => void): void {
  while (reader.left > 0) {
    const start = reader.offset;
    if (reader.left < 4) throw decodeError('OFPBPC_BAD_LEN', start, 'a property is cut off');
    const type = reader.u16();
    const length = reader.u16();
    const padded = (length + 7) & ~7;
    if (length < 4 || padded > reader.left + 4)
      throw decodeError('OFPBPC_BAD_LEN', start, `a property of ${length} bytes`);
    const body = reader.window(length - 4, 'OFPBPC_BAD_LEN');
    reader.skip(padded - length);
    each(type, body, start);
  }
}

/** Writes one property; `body` writes what follows its header. */
export function putProperty(writer: Writer, type: number, body: (writer: Writer) => void): void {
  const start = writer.length;
  writer.u16(type);
  writer.u16(0);
  body(writer);
  writer.setU16(start + 2, writer.length - start);
  writer.pad8(start);
}
