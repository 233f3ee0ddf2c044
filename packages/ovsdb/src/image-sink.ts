import { OvsdbError } from './error.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts';
import type { RowSink } from './json-frames.ts';
import type { Image } from './replica.ts';
import type { TableCodec } from './table-codec.ts';
import type { Row } from './value.ts';

/** Collects the rows of a monitor's first reply while it arrives. */
export class ImageSink implements RowSink {
  readonly image: Image = new Map();
  private readonly codecs: ReadonlyMap<string, TableCodec>;
  private codec: TableCodec | undefined;
  private rows = new Map<string, Row>();

  constructor(codecs: ReadonlyMap<string, TableCodec>) {
    this.codecs = codecs;
  }

  table(name: string): void {
    this.codec = this.codecs.get(name);
    if (!this.codec) throw new OvsdbError('protocol', `the server sent rows of ${name}, which is not monitored`);
    this.rows = new Map();
    this.image.set(name, this.rows);
  }

  tryRow(bytes: Buffer, start: number, limit: number): number {
    const reader = this.codec?.reader;
    const end = reader ? reader.read(bytes, start, limit) : -1;
    if (reader && end >= 0) this.rows.set(reader.row._uuid, reader.row);
    return end;
  }

  row(text: string): void {
    const rows = parseJson(`{${text}}`);
    if (isJsonObject(rows)) this.add(rows);
  }

  /** The image, with what of the reply was not taken while it arrived. */
  completed(updates: Json): Image {
    for (const [name, rows] of Object.entries(isJsonObject(updates) ? updates : {})) {
      this.table(name);
      if (isJsonObject(rows)) this.add(rows);
    }
    return this.image;
  }

  private add(rows: JsonObject): void {
    for (const uuid of Object.keys(rows)) {
      const update = rows[uuid];
      const initial = isJsonObject(update) ? (update['initial'] ?? update['insert']) : undefined;
      if (!this.codec || !isJsonObject(initial))
        throw new OvsdbError('protocol', `the server's first image has no row under ${uuid}`);
      this.rows.set(uuid, this.codec.row(uuid, initial));
    }
  }
}
