import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The real OVN, unpacked into a folder. Its programs run as they are, whatever the machine's own libraries. */
export interface Oracle {
  readonly root: string;
  /** Folder with ovn-northd, ovn-controller, ovn-nbctl, ovn-sbctl, ovn-trace, ovn-appctl, ovn-detrace. */
  readonly bin: string;
  /** Folder with ovn-nb.ovsschema and ovn-sb.ovsschema. */
  readonly schemas: string;
  /** Folder with man5, man7, man8. */
  readonly manuals: string;
}

/** Programs that a folder must have to be an oracle. */
export const PROGRAMS = [
  'ovn-northd',
  'ovn-controller',
  'ovn-nbctl',
  'ovn-sbctl',
  'ovn-trace',
  'ovn-appctl',
  'ovn-detrace',
] as const;

/** Where `npm run oracle -- setup` unpacks to: `$OVN_ORACLE`, else `ovn-oracle` in the user's cache folder. */
export function oracleFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return environment['OVN_ORACLE'] || join(cache, 'ovn-oracle');
}

/** The oracle in `root`, or undefined if its programs are not there. */
export async function findOracle(root: string = oracleFolder()): Promise<Oracle | undefined> {
  const bin = join(root, 'bin');
  const schemas = join(root, 'usr/share/ovn');
  try {
    await access(join(bin, 'ovn-northd'), constants.X_OK);
    await access(join(bin, 'ovn-controller'), constants.X_OK);
    await access(join(schemas, 'ovn-sb.ovsschema'), constants.R_OK);
  } catch {
    return undefined;
  }
  return { root, bin, schemas, manuals: join(root, 'usr/share/man') };
}
