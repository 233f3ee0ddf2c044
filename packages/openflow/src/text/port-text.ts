import { Port } from '../model/port.ts';

const NAMES = new Map<number, string>(Object.entries(Port).map(([name, port]) => [port, name]));
const PORTS = new Map<string, number>([...Object.entries(Port), ['NONE', Port.ANY]]);

/** A port as ovs-ofctl prints it: the name of a reserved one, else the number. */
export function formatPort(port: number): string {
  return NAMES.get(port) ?? String(port >= 0xffffff00 ? port & 0xffff : port);
}

/** A port by name (in any case) or number; undefined where there is none. Numbers of 16 bits name reserved ports too. */
export function parsePort(text: string): number | undefined {
  const named = PORTS.get(text.toUpperCase());
  if (named !== undefined) return named;
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) return undefined;
  const number = text.length > 1 && /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  if (number > 0xffffffff) return undefined;
  if (number < 0xff00) return number;
  if (number <= 0xfff7) return undefined;
  if (number <= 0xffff) return (number | 0xffff0000) >>> 0;
  return number >= 0xfffffff7 ? number : number >= 0xffffff00 ? undefined : undefined;
}

/** A table by number, 0 to 255. */
export function parseTable(text: string): number | undefined {
  const port = /^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? Number(text) : undefined;
  return port === undefined || port > 255 ? undefined : port;
}
