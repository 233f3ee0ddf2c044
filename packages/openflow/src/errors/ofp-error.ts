import { ERROR_ROWS } from './table.ts';

/** OpenFlow's own name of an error, e.g. `OFPBAC_BAD_LEN` or, of Nicira's extension, `NXBRC_MUST_BE_ZERO`. */
export type OfpErrorName = (typeof ERROR_ROWS)[number][0];

/** How an error goes over the wire in one version. `vendor` 0 is OpenFlow itself; others have a type only. */
export interface OfpErrorCode {
  readonly vendor: number;
  readonly type: number;
  readonly code: number;
}

const VENDORS: Readonly<Record<string, number>> = { OF: 0, NX: 0x2320, ONF: 0x4f4e4600 };
/** Version bytes: 1 is OpenFlow 1.0, 6 is 1.5. */
const versionByte = (text: string): number => Number(text.slice(2)) + 1;

const codes = new Map<string, OfpErrorCode>();
const names = new Map<string, OfpErrorName>();

function keyOf(version: number, { vendor, type, code }: OfpErrorCode): string {
  return `${version}/${vendor}/${type}/${code}`;
}

for (const [name, ...forms] of ERROR_ROWS) {
  for (const form of forms) {
    const [domain = '', versions = '', numbers = ''] = form.split(' ');
    const [from = '', to = from] = versions.split('-');
    const [type = '', code = ''] = numbers.split('.');
    const wire = { vendor: VENDORS[domain] ?? 0, type: Number(type), code: Number(code) };
    for (let version = versionByte(from); version <= versionByte(to); version++) {
      codes.set(`${name}/${version}`, wire);
      const key = keyOf(version, wire);
      if (!names.has(key)) names.set(key, name);
    }
  }
}

/** The codes of an error in a version (its header byte), or undefined where that version has none. */
export function ofpErrorCode(name: OfpErrorName, version: number): OfpErrorCode | undefined {
  return codes.get(`${name}/${version}`);
}

/** The name of an error's codes in a version, or undefined for an unknown one. */
export function ofpErrorName(version: number, code: OfpErrorCode): OfpErrorName | undefined {
  return names.get(keyOf(version, code));
}
