import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/*
 * Messages as data: one description reads and writes. Used for all but the hottest messages.
 */

/** One part of a message: reads it and writes it. */
export interface Part<T> {
  read(reader: Reader, version: number): T;
  write(writer: Writer, value: T, version: number): void;
}

export const u8: Part<number> = { read: (reader) => reader.u8(), write: (writer, value) => writer.u8(value) };
export const u16: Part<number> = { read: (reader) => reader.u16(), write: (writer, value) => writer.u16(value) };
export const u32: Part<number> = { read: (reader) => reader.u32(), write: (writer, value) => writer.u32(value) };
export const u64: Part<bigint> = { read: (reader) => reader.u64(), write: (writer, value) => writer.u64(value) };
/** A MAC address. */
export const mac: Part<bigint> = { read: (reader) => reader.big(6), write: (writer, value) => writer.big(value, 6) };

/** A part with zero bytes behind it. */
export function padded<T>(part: Part<T>, zeros: number): Part<T> {
  return {
    read: (reader, version) => {
      const value = part.read(reader, version);
      reader.skip(zeros);
      return value;
    },
    write: (writer, value, version) => {
      part.write(writer, value, version);
      writer.zeros(zeros);
    },
  };
}

/** A part with zero bytes before it. */
export function after<T>(zeros: number, part: Part<T>): Part<T> {
  return {
    read: (reader, version) => {
      reader.skip(zeros);
      return part.read(reader, version);
    },
    write: (writer, value, version) => {
      writer.zeros(zeros);
      part.write(writer, value, version);
    },
  };
}

/** Bytes that end with the first zero, in a field of fixed length; each character is one byte. */
export function chars(length: number): Part<string> {
  return {
    read: (reader) => {
      const at = reader.take(length);
      let text = '';
      for (let byte = at; byte < at + length && reader.bytes[byte] !== 0; byte++) {
        text += String.fromCharCode(reader.bytes[byte] ?? 0);
      }
      return text;
    },
    write: (writer, value) => {
      const at = writer.grow(length);
      writer.bytes.fill(0, at, at + length);
      for (let index = 0; index < Math.min(length, value.length); index++)
        writer.bytes[at + index] = value.charCodeAt(index);
    },
  };
}

/** All bytes that are left. */
export const rest: Part<Uint8Array> = {
  read: (reader) => reader.copy(reader.left),
  write: (writer, value) => writer.put(value),
};

type Parts<T> = { readonly [K in keyof T]: Part<T[K]> };

/** Parts one behind the other, as an object's members. */
export function struct<T extends object>(parts: Parts<T>): Part<T> {
  const entries = Object.entries(parts) as [keyof T, Part<T[keyof T]>][];
  return {
    read: (reader, version) => {
      const value: Partial<T> = {};
      for (const [name, part] of entries) value[name] = part.read(reader, version);
      return value as T;
    },
    write: (writer, value, version) => {
      for (const [name, part] of entries) part.write(writer, value[name], version);
    },
  };
}

/** Parts of one kind up to the end. */
export function listOf<T>(part: Part<T>): Part<readonly T[]> {
  return {
    read: (reader, version) => {
      const values: T[] = [];
      while (reader.left > 0) values.push(part.read(reader, version));
      return values;
    },
    write: (writer, values, version) => {
      for (const value of values) part.write(writer, value, version);
    },
  };
}

/** Another part by version: the last whose version byte is not above. */
export function byVersion<T>(choices: readonly (readonly [from: number, part: Part<T>])[]): Part<T> {
  const choose = (version: number): Part<T> => {
    const found = choices.findLast(([from]) => from <= version) ?? choices[0];
    if (found === undefined) throw new TypeError('byVersion needs a choice');
    return found[1];
  };
  return {
    read: (reader, version) => choose(version).read(reader, version),
    write: (writer, value, version) => choose(version).write(writer, value, version),
  };
}
