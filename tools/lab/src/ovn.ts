import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { LabError } from './error.ts';
import { type NodeFiles, startDetached } from './open-vswitch.ts';
import type { Progress } from './progress.ts';
import type { LabState } from './state.ts';
import type { NodePlace } from './underlay.ts';

/** OVN's programs: a folder with bin/ and usr/share/ovn, or a plain folder of programs with the schemas elsewhere. */
export interface OvnPrograms {
  readonly bin: string;
  readonly schemas: string;
}

/** The programs below `folder` (`--ovn-bin`): the folder itself may hold them, or its bin/. */
export function ovnPrograms(folder: string): OvnPrograms | undefined {
  const bin = [`${folder}/bin`, folder].find((place) => existsSync(`${place}/ovn-northd`));
  const schemas = [`${folder}/usr/share/ovn`, `${folder}/../share/ovn`, folder, '/usr/share/ovn'].find((place) =>
    existsSync(`${place}/ovn-nb.ovsschema`),
  );
  return bin === undefined || schemas === undefined ? undefined : { bin, schemas };
}

/** The real ovn-northd of a zone. */
export const startNorthd = (state: LabState, node: NodePlace, files: NodeFiles, ovn: OvnPrograms): Promise<number> =>
  startDetached(state, files, {
    node: node.name,
    title: 'ovn-northd',
    command: [
      `${ovn.bin}/ovn-northd`,
      `--ovnnb-db=${files.nb}`,
      `--ovnsb-db=${files.sb}`,
      `--unixctl=${files.folder}/ovn-northd.ctl`,
    ],
    namespace: node.namespace,
  });

/** The real ovn-controller of a node; its control socket is `ovn-controller.<pid>.ctl` in the node's folder. */
export const startController = (
  state: LabState,
  node: NodePlace,
  files: NodeFiles,
  ovn: OvnPrograms,
): Promise<number> =>
  startDetached(state, files, {
    node: node.name,
    title: 'ovn-controller',
    command: [`${ovn.bin}/ovn-controller`, files.conf],
    namespace: node.namespace,
  });

/** The programs to use: those of `--ovn-bin`, else the cached 26.03 ones, fetched when they are not there. */
export async function findOvn(folder: string | undefined, progress: Progress): Promise<OvnPrograms> {
  const place = folder ?? process.env['OVN_ORACLE'] ?? `${homedir()}/.cache/ovn-oracle`;
  const programs = ovnPrograms(place);
  if (programs !== undefined) return programs;
  if (folder !== undefined)
    throw new LabError(
      'BAD_FLAG',
      `--ovn-bin ${folder}: has no ovn-northd (in it or in its bin/) or no ovn-nb.ovsschema`,
    );
  progress.note(`no OVN programs in ${place}`);
  throw new LabError('MISSING_REQUIREMENT', `OVN 26.03 is missing in ${place}`);
}
