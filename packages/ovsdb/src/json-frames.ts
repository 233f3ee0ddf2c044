import { OvsdbError } from './error.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A reply's id, flag and transaction id are far below this; it keeps the looking at heads from being quadratic. */
const maxHead = 512;

/** Takes the rows of one message while its bytes still arrive. The message is then delivered with `{}` in their place. */
export interface RowSink {
  /** `"TABLE":`; rows of this table follow. */
  table(name: string): void;
  /** Read a row that begins at `start`: the index after it, or -1 to be given it by {@link row} once it is complete. */
  tryRow(bytes: Buffer, start: number, limit: number): number;
  /** A complete `"UUID":{…}` as text. */
  row(text: string): void;
}

/** Where frames go. */
export interface FrameHandler {
  /** One complete JSON object as text. */
  message(text: string): void;
  /**
   * The head of a message that is not complete: asked where an object opens at depth 2 or 3, as `"result":{` and
   * `"result":[false,"…",{` do. A sink says: this object's members are tables of rows.
   */
  rows(head: string): RowSink | undefined;
}

/**
 * Cuts a byte stream into JSON objects. Each byte is looked at once, however the chunks fall: a character, an escape or a
 * number may be split anywhere. Nothing is decoded before its object is complete, except rows a {@link RowSink} takes.
 */
export class JsonFrames {
  private readonly handler: FrameHandler;
  /** True while a reply with rows is awaited; else heads are not looked at. */
  expectRows = false;
  private buffer: Buffer = Buffer.allocUnsafe(1 << 17);
  /** Bytes in the buffer; bytes looked at; where the object (or row) under way begins. */
  private filled = 0;
  private scanned = 0;
  private start = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private sink: RowSink | undefined;
  /** Depth of the members of the object a sink takes. */
  private tableDepth = 0;
  /** The text before it. */
  private head = '';

  constructor(handler: FrameHandler) {
    this.handler = handler;
  }

  /** Is an object incomplete? */
  get pending(): boolean {
    return this.depth > 0;
  }

  /** Take the next bytes. Throws {@link OvsdbError} `protocol` at what cannot begin an object. */
  push(chunk: Uint8Array): void {
    this.append(chunk);
    this.scan();
    // What is left is the object under way: to the front, so that the buffer grows with the largest object only.
    if (this.start === this.filled) this.start = this.scanned = this.filled = 0;
    else if (this.start > this.buffer.length >>> 1) {
      this.buffer.copy(this.buffer, 0, this.start, this.filled);
      this.scanned -= this.start;
      this.filled -= this.start;
      this.start = 0;
    }
    if (this.filled === 0 && this.buffer.length > 1 << 22) this.buffer = Buffer.allocUnsafe(1 << 17);
  }

  private append(chunk: Uint8Array): void {
    const needed = this.filled + chunk.length;
    if (needed > this.buffer.length) {
      const kept = this.filled - this.start;
      const larger =
        kept + chunk.length > this.buffer.length ? Buffer.allocUnsafe((kept + chunk.length) * 2) : this.buffer;
      this.buffer.copy(larger, 0, this.start, this.filled);
      this.buffer = larger;
      this.scanned -= this.start;
      this.filled = kept;
      this.start = 0;
    }
    this.buffer.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  private scan(): void {
    while (this.scanned < this.filled) {
      if (this.inString) this.skipString();
      else if (this.depth === 0) this.between();
      else this.structure();
    }
  }

  /** Inside a string: only its end matters. */
  private skipString(): void {
    const { buffer, filled } = this;
    let i = this.scanned;
    if (this.escaped) {
      this.escaped = false;
      i++;
    }
    while (i < filled) {
      const byte = buffer[i++];
      if (byte === quote) {
        this.inString = false;
        break;
      }
      if (byte === backslash) {
        if (i === filled) this.escaped = true;
        i++;
      }
    }
    this.scanned = Math.min(i, filled);
  }

  /** Between objects: white space, or the brace that begins one. */
  private between(): void {
    const byte = this.buffer[this.scanned];
    if (byte === openBrace) {
      this.start = this.scanned;
      this.depth = 1;
    } else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      const found = JSON.stringify(
        this.buffer.toString('latin1', this.scanned, Math.min(this.filled, this.scanned + 20)),
      );
      throw new OvsdbError('protocol', `the server sent ${found} where a JSON object was to begin`);
    } else this.start = this.scanned + 1;
    this.scanned++;
  }

  /** Inside an object, outside strings: only brackets and quotes matter. Returns where something else has to take over. */
  private structure(): void {
    const { buffer, filled } = this;
    let i = this.scanned;
    while (i < filled) {
      const byte = buffer[i++];
      if (byte === quote) {
        this.inString = true;
        break;
      }
      if (byte === openBrace || byte === openBracket) {
        this.scanned = i;
        this.open(byte === openBrace);
        if (this.sink && this.depth === this.tableDepth + 1) {
          this.directRows();
          return;
        }
        i = this.scanned;
      } else if (byte === closeBrace || byte === closeBracket) {
        this.scanned = i;
        if (this.close()) return;
      }
    }
    this.scanned = i;
  }

  /** An opening bracket was read. */
  private open(brace: boolean): void {
    this.depth++;
    if (this.sink) {
      if (this.depth === this.tableDepth + 1) this.beginTable();
    } else if (brace && this.expectRows && this.head === '' && this.depth <= 3) this.tryHead();
  }

  private tryHead(): void {
    if (this.scanned - this.start > maxHead) return;
    const head = this.buffer.toString('utf8', this.start, this.scanned - 1);
    this.sink = this.handler.rows(head);
    if (!this.sink) return;
    this.head = head;
    this.tableDepth = this.depth;
    this.start = this.scanned;
  }

  private beginTable(): void {
    const name = this.buffer.toString('utf8', this.start, this.scanned - 1).replace(/^[\s,]+|[\s:]+$/g, '');
    this.sink?.table(JSON.parse(name));
    this.start = this.scanned;
  }

  /** Let the sink read rows straight from the buffer, as long as it can. */
  private directRows(): void {
    const { buffer, filled, sink } = this;
    let at = this.start;
    while (sink) {
      const begin = buffer[at] === comma ? at + 1 : at;
      const end = sink.tryRow(buffer, begin, filled);
      if (end < 0) break;
      at = end;
    }
    this.start = this.scanned = at;
  }

  /** A closing bracket was read. True when the object, or a row of it, ended. */
  private close(): boolean {
    this.depth--;
    if (this.depth === 0) {
      const text = this.head + this.buffer.toString('utf8', this.start, this.scanned);
      this.head = '';
      this.start = this.scanned;
      this.handler.message(text);
      return true;
    }
    const { sink } = this;
    if (!sink) return false;
    if (this.depth === this.tableDepth + 1) {
      sink.row(this.buffer.toString('utf8', this.start, this.scanned).replace(/^[\s,]+/, ''));
      this.start = this.scanned;
      this.directRows();
      return true;
    }
    if (this.depth === this.tableDepth) this.start = this.scanned;
    else if (this.depth < this.tableDepth) {
      this.sink = undefined;
      this.head += '{}';
      this.start = this.scanned;
    }
    return false;
  }
}
