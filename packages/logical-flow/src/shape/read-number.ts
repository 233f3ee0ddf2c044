import { parseIpv6 } from '../address.ts';
import { isDigit, isHexDigit } from '../characters.ts';
import { DECIMAL, ETHERNET, HEXADECIMAL, IPV4 } from './scanner.ts';

/** What a hexadecimal digit is worth. */
function digit(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}

function readDecimal(text: string, start: number, end: number): number | undefined {
  if (end - start > 15 || (end - start > 1 && text.charCodeAt(start) === 48)) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return undefined;
    value = value * 10 + code - 48;
  }
  return value;
}

function readHexadecimal(text: string, start: number, end: number): number | bigint | undefined {
  if (end - start < 3 || (text.charCodeAt(start + 1) | 32) !== 120) return undefined;
  let value = 0;
  for (let at = start + 2; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!isHexDigit(code)) return undefined;
    value = value * 16 + digit(code);
  }
  return end - start <= 14 ? value : BigInt(text.slice(start, end));
}

function readQuad(text: string, start: number, end: number): number | undefined {
  let value = 0;
  let byte = -1;
  let bytes = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (byte < 0) return undefined;
      value = value * 256 + byte;
      byte = -1;
      bytes++;
    } else if (isDigit(code) && byte !== 0) {
      byte = (byte < 0 ? 0 : byte * 10) + code - 48;
      if (byte > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return bytes === 3 && byte >= 0 ? value * 256 + byte : undefined;
}

function readEthernet(text: string, start: number, end: number): number | undefined {
  let value = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if ((at - start) % 3 === 2) {
      if (code !== 58) return undefined;
    } else {
      if (!isHexDigit(code)) return undefined;
      value = value * 16 + digit(code);
    }
  }
  return value;
}

/** The value of the integer between `start` and `end`: a number up to 52 bits, else a bigint. Undefined: ask the lexer. */
export function readNumber(kind: number, text: string, start: number, end: number): number | bigint | undefined {
  switch (kind) {
    case DECIMAL:
      return readDecimal(text, start, end);
    case HEXADECIMAL:
      return readHexadecimal(text, start, end);
    case IPV4:
      return readQuad(text, start, end);
    case ETHERNET:
      return readEthernet(text, start, end);
    default:
      return parseIpv6(text.slice(start, end));
  }
}
