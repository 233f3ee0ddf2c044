import { OvsdbError } from './error.ts';
import { isJsonObject, type Json, type JsonObject, parseJson, stringifyJson } from './json.ts';
import { type FrameHandler, JsonFrames, type RowSink } from './json-frames.ts';
import type { Stream } from './transport.ts';

/** A reply: `error` is null where the request was carried out. */
export interface Reply {
  readonly result: Json;
  readonly error: Json;
}

/** Who is told what arrives. Called in the order of arrival, and must not wait for anything. */
export interface RpcEvents {
  notification(method: string, params: readonly Json[]): void;
  /** The server broke the protocol; nothing more is read. */
  failed(error: OvsdbError): void;
}

/** `{"id":7,"result":{` of monitor_cond, `{"id":7,"result":[false,"…",{` of monitor_cond_since, as ovsdb-servers begin them. */
const replyHead = /^\{"id":(\d+),"result":(?:\[false,"[0-9a-f-]{36}",)?$/;

/**
 * JSON-RPC 1.0 over one stream (RFC 7047 §4). Replies go to callbacks, at once and in order with the notifications, so that
 * an update that follows a monitor's reply in the same chunk finds the monitor established.
 */
export class Rpc implements FrameHandler {
  private readonly stream: Stream;
  private readonly events: RpcEvents;
  private readonly frames: JsonFrames;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private nextId = 1;
  private rowsOf: { readonly id: number; readonly sink: RowSink } | undefined;
  private over = false;

  constructor(stream: Stream, events: RpcEvents) {
    this.stream = stream;
    this.events = events;
    this.frames = new JsonFrames(this);
  }

  /** Bytes from the stream. */
  receive(chunk: Uint8Array): void {
    if (this.over) return;
    try {
      this.frames.push(chunk);
    } catch (cause) {
      this.over = true;
      const known = cause instanceof OvsdbError && cause.code === 'protocol' ? cause : undefined;
      this.events.failed(
        known ?? new OvsdbError('protocol', `the server sent what is not JSON-RPC: ${cause}`, {}, { cause }),
      );
    }
  }

  /** Nothing is received or answered any more. */
  stop(): void {
    this.over = true;
    this.waiting.clear();
  }

  /** Ask; `onReply` is called at most once. Gives the request's id. With a sink, the reply's rows go there. */
  request(method: string, params: readonly Json[], onReply: (reply: Reply) => void, sink?: RowSink): number {
    const id = this.nextId++;
    this.waiting.set(id, onReply);
    if (sink) {
      this.rowsOf = { id, sink };
      this.frames.expectRows = true;
    }
    this.send({ method, params, id });
    return id;
  }

  /** Ask, and throw {@link OvsdbError} `request` when the answer is an error. */
  ask(method: string, params: readonly Json[]): Promise<Json> {
    return new Promise((resolve, reject) => {
      this.request(method, params, ({ result, error }) => {
        if (error === null) resolve(result);
        else reject(requestError(method, error));
      });
    });
  }

  notify(method: string, params: readonly Json[]): void {
    this.send({ method, params, id: null });
  }

  private send(message: JsonObject): void {
    if (!this.over) this.stream.write(stringifyJson(message));
  }

  message(text: string): void {
    if (this.over) return;
    const message = parseJson(text);
    if (!isJsonObject(message)) throw new OvsdbError('protocol', 'the server sent JSON that is no object');
    const { method, params, id, result = null, error = null } = message;
    if (typeof method === 'string') this.called(method, Array.isArray(params) ? params : [], id);
    else if (typeof id === 'number') this.answered(id, { result, error });
    else if (id !== 'echo')
      throw new OvsdbError(
        'protocol',
        `the server answered to the id ${stringifyJson(id ?? null)}, which was not asked`,
      );
  }

  private called(method: string, params: readonly Json[], id: Json | undefined): void {
    if (id === null || id === undefined) this.events.notification(method, params);
    else if (method === 'echo') this.send({ result: params, error: null, id });
    else this.send({ result: null, error: 'unknown method', id });
  }

  private answered(id: number, reply: Reply): void {
    if (this.rowsOf?.id === id) {
      this.rowsOf = undefined;
      this.frames.expectRows = false;
    }
    const onReply = this.waiting.get(id);
    this.waiting.delete(id);
    onReply?.(reply);
  }

  rows(head: string): RowSink | undefined {
    const [, id] = replyHead.exec(head) ?? [];
    return id !== undefined && Number(id) === this.rowsOf?.id ? this.rowsOf.sink : undefined;
  }

  /** The echo of an inactivity probe (RFC 7047 §4.1.11); the id is the one OVS's own clients use. */
  probe(): void {
    this.send({ method: 'echo', params: [], id: 'echo' });
  }
}

/** An error reply as an error. Its tag is RFC 7047's error string. */
export function requestError(method: string, error: Json): OvsdbError {
  const tag = isJsonObject(error) ? error['error'] : error;
  const details = isJsonObject(error) ? error['details'] : undefined;
  const text = [tag, details].filter((part) => typeof part === 'string').join(': ');
  return new OvsdbError(
    'request',
    `${method}: ${text || stringifyJson(error)}`,
    typeof tag === 'string' ? { tag } : {},
  );
}

/** Did the server refuse because it is too old for the method? */
export function isUnknownMethod(error: Json): boolean {
  return (isJsonObject(error) ? error['error'] : error) === 'unknown method';
}
