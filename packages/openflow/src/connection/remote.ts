import { OpenFlowError } from '../openflow-error.ts';

/** Where a switch listens, as ovsdb(7) writes active connection methods. */
export type Remote =
  | { readonly kind: 'unix'; readonly text: string; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly text: string; readonly host: string; readonly port: number };

/** `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`; an IPv6 address in brackets; the port is 6653 where left out. */
export function parseRemote(text: string): Remote {
  const [, kind, rest] = /^(unix|tcp|ssl):(.+)$/.exec(text) ?? [];
  if (kind === 'unix' && rest !== undefined) return { kind, text, path: rest };
  const [, bracketed, bare, port = '6653'] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(rest ?? '') ?? [];
  const host = bracketed ?? bare;
  if ((kind === 'tcp' || kind === 'ssl') && host !== undefined && Number(port) > 0 && Number(port) < 65536)
    return { kind, text, host, port: Number(port) };
  const forms = 'unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT, with an IPv6 address in brackets';
  throw new OpenFlowError('remote', `"${text}" is not a remote: use ${forms}`);
}
