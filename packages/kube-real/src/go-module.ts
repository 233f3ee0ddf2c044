/** The release that is built, and the version of its staging modules: v1.36.3 goes with v0.36.3. */
export const kubernetesVersion = 'v1.36.3';
export const stagingVersion = kubernetesVersion.replace(/^v1\./, 'v0.');

/** What is built of it. */
export const programs = ['kube-apiserver', 'kube-controller-manager'] as const;
export type Program = (typeof programs)[number];

/**
 * A go.mod that builds Kubernetes' programs from the module proxy. Kubernetes' own go.mod cannot be required as it is: it
 * replaces its staging modules (k8s.io/api and so on) by folders beside it. Here they are replaced by their releases, and
 * everything else is required at the version that Kubernetes pins, so that the build is the one its authors tested.
 */
export function goMod(kubernetesGoMod: string): string {
  const lines = kubernetesGoMod.split('\n');
  const directive = (name: string): string => lines.find((line) => line.startsWith(`${name} `)) ?? '';
  const replaced = lines.flatMap((line) => /^\s*(\S+) => \.\/staging\/src\/\S+$/.exec(line)?.[1] ?? []);
  const required = blocks(lines, 'require').map((line) => line.replace(/ v0\.0\.0$/, ` ${stagingVersion}`));
  return [
    'module ovnkube-kube-real',
    directive('go'),
    directive('godebug'),
    `require k8s.io/kubernetes ${kubernetesVersion}`,
    `require (\n${required.join('\n')}\n)`,
    `replace (\n${replaced.map((module) => `\t${module} => ${module} ${stagingVersion}`).join('\n')}\n)`,
    '',
  ].join('\n\n');
}

/** The lines inside all blocks of a kind: `require ( … )`. */
function blocks(lines: readonly string[], kind: string): readonly string[] {
  const inside: string[] = [];
  let open = false;
  for (const line of lines) {
    if (line === `${kind} (`) open = true;
    else if (line === ')') open = false;
    else if (open && line.trim() !== '') inside.push(line.replace(/ \/\/ indirect$/, ''));
  }
  return inside;
}

/** Linker flags that stamp the version, without which the server takes itself for a development build. */
export function linkerFlags(): string {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];
  const stamp = (name: string, value: string | undefined): string =>
    `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    '-s',
    '-w',
    stamp('gitVersion', kubernetesVersion),
    stamp('gitMajor', major),
    stamp('gitMinor', minor),
    stamp('gitTreeState', 'clean'),
  ].join(' ');
}
