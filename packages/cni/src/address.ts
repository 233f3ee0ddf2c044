/** 4 or 6 for the text of an IP address; undefined for anything else. No zone, no prefix. */
export function familyOf(address: string): 4 | 6 | undefined {
  if (isIPv4(address)) return 4;
  return isIPv6(address) ? 6 : undefined;
}

/** 4 or 6 for an address with its prefix length, `10.128.0.5/23`; undefined for anything else. */
export function familyOfCidr(cidr: string): 4 | 6 | undefined {
  const [address = '', length = '', ...more] = cidr.split('/');
  const family = familyOf(address);
  if (family === undefined || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  return Number(length) <= (family === 4 ? 32 : 128) ? family : undefined;
}

/** Dotted quad without leading zeros, which some readers would take for octal. */
function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291 §2.2: eight groups, one run of zeros as `::`, the last two groups possibly as a dotted quad. */
function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const quad = last.includes('.') && !text.endsWith('::');
  if (quad && !isIPv4(last)) return false;
  const hex = quad ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = hex.length + (quad ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}
