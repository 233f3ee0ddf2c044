import { connect, type Socket } from 'node:net';
import { OracleError } from './oracle-error.ts';

interface Message {
  readonly id: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

const errorText = (error: unknown): string => (typeof error === 'string' ? error.trim() : JSON.stringify(error));

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * JSON-RPC on a unix socket: the database protocol of ovsdb-server (RFC 7047) and the control sockets of Open vSwitch's and OVN's
 * programs (what ovs-appctl(8) speaks), without a process for each call.
 */
export class JsonRpc {
  private readonly socket: Socket;
  private readonly waiting = new Map<number, Waiting>();
  private buffer = '';
  private nextId = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.take(chunk));
    const fail = (error: Error) => {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new OracleError('command-failed', 'the control socket was closed')));
  }

  static connect(path: string): Promise<JsonRpc> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new JsonRpc(socket));
      });
    });
  }

  /** Runs a command of a control socket; rejects with the program's message if it fails. */
  async command(method: string, ...params: readonly string[]): Promise<string> {
    return String(await this.call(method, params));
  }

  /** Calls a method; rejects with the error of the reply. */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.write(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  /** Replies stand one behind the other without a separator: each ends where its brackets close. */
  private take(chunk: string): void {
    this.buffer += chunk;
    for (let end = objectEnd(this.buffer); end > 0; end = objectEnd(this.buffer)) {
      this.deliver(JSON.parse(this.buffer.slice(0, end)));
      this.buffer = this.buffer.slice(end).trimStart();
    }
  }

  private deliver(message: Message): void {
    if (message.method === 'echo') {
      this.socket.write(JSON.stringify({ id: message.id, result: message.params, error: null }));
      return;
    }
    const waiting = this.waiting.get(Number(message.id));
    this.waiting.delete(Number(message.id));
    if (message.error === null) waiting?.resolve(message.result);
    else waiting?.reject(new OracleError('command-failed', errorText(message.error)));
  }
}

/** Where the JSON object at the start of `text` ends; 0 if it is not complete. */
function objectEnd(text: string): number {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') depth++;
    else if (character === '}') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return 0;
}
