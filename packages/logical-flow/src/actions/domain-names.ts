import { ByteWriter, utf8 } from '../bytes.ts';

/** Longest domain name (RFC 1035 §2.3.4). */
const MAX_NAME = 255;

function labels(name: string): string[] {
  return name.split('.').filter((label) => label !== '');
}

function writeLabel(writer: ByteWriter, label: string): void {
  const bytes = utf8(label);
  writer.u8(bytes.length).bytes(bytes);
}

/** One name as labels with their lengths, ended by a zero (RFC 1035 §3.1). */
export function encodeName(name: string): Uint8Array {
  const writer = new ByteWriter();
  for (const label of labels(name)) writeLabel(writer, label);
  return writer.u8(0).result();
}

/**
 * A comma-separated list of names, where a suffix that was written before is a pointer to it (RFC 1035 §4.1.4, RFC 3397).
 * Undefined: a name is too long.
 */
export function encodeNamesCompressed(list: string): Uint8Array | undefined {
  const writer = new ByteWriter();
  const offsets = new Map<string, number>();
  for (const name of list.split(',').filter((part) => part !== '')) {
    if (name.length > MAX_NAME) return undefined;
    const parts = labels(name);
    let index = 0;
    for (; index < parts.length; index++) {
      const suffix = parts.slice(index).join('.');
      const known = offsets.get(suffix);
      if (known !== undefined) {
        writer.u16(0xc000 | known);
        break;
      }
      offsets.set(suffix, writer.length);
      writeLabel(writer, parts[index] ?? '');
    }
    if (index === parts.length) writer.u8(0);
  }
  return writer.result();
}

/** A comma-separated list of names, one behind the other without compression (RFC 8106 §5.2). */
export function encodeNames(list: string): Uint8Array {
  const writer = new ByteWriter();
  for (const name of list.split(',').filter((part) => part !== '')) {
    for (const label of labels(name)) writeLabel(writer, label);
    writer.u8(0);
  }
  return writer.result();
}
