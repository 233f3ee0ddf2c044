import { existsSync } from 'node:fs';
import { findOracle, oracleFolder, setupOracle } from '@ovnkube/oracle';
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
function ovnPrograms(folder: string): OvnPrograms | undefined {
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

/** The programs to use: those of `--ovn-bin`, else OVN 26.03 in the cache, unpacked there when it is not. */
export async function findOvn(folder: string | undefined, progress: Progress): Promise<OvnPrograms> {
  if (folder === undefined) return cachedOvn(progress);
  const programs = ovnPrograms(folder);
  if (programs !== undefined) return programs;
  throw new LabError(
    'BAD_FLAG',
    `--ovn-bin ${folder}: must hold ovn-northd, itself or in bin/, and ovn-nb.ovsschema near it`,
  );
}

async function cachedOvn(progress: Progress): Promise<OvnPrograms> {
  const root = oracleFolder();
  const present = await findOracle(root);
  if (present !== undefined) return present;
  progress.note(`fetching OVN 26.03 into ${root}; nothing is installed on the machine`);
  try {
    return await setupOracle({ root, note: (line) => progress.note(line) });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Give a folder with OVN 26.03 by --ovn-bin FOLDER';
    throw new LabError(
      'MISSING_REQUIREMENT',
      `OVN 26.03 is not in ${root} and could not be fetched: ${why}\n${remedy}`,
      { cause },
    );
  }
}
