import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { KubeRealError } from './error.ts';
import { goMod, kubernetesVersion, linkerFlags, type Program, programs } from './go-module.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Paths of the three programs. */
export type Binaries = Readonly<Record<Program | 'etcd', string>>;

export interface BinariesOptions {
  readonly env?: Environment;
  /** Build when nothing is found (about 13 minutes of CPU, once). Default false. */
  readonly build?: boolean;
  /** Told what the build does, about once a second. */
  readonly onProgress?: (words: string) => void;
  readonly signal?: AbortSignal;
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const find = (program: string, folders: readonly (string | undefined)[]): string | undefined =>
  folders.flatMap((folder) => (folder ? [join(folder, program)] : [])).find(isExecutable);

const pathOf = (env: Environment): readonly string[] => (env['PATH'] ?? '').split(delimiter).filter(Boolean);

/** Where builds are kept: `$XDG_CACHE_HOME/ovnkube/kube/<version>`. */
export const cacheFolder = (env: Environment = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? homedir(), '.cache'), 'ovnkube', 'kube', kubernetesVersion);

/**
 * The programs, from $KUBEBUILDER_ASSETS, else from the cache, else (with `build`) built into the cache; etcd also from
 * $PATH. Undefined when something is missing and not to be built: {@link missingReason} says what.
 */
export async function findBinaries(options: BinariesOptions = {}): Promise<Binaries | undefined> {
  const env = options.env ?? process.env;
  const etcd = find('etcd', [env['KUBEBUILDER_ASSETS'], ...pathOf(env), '/usr/bin']);
  if (!etcd) {
    if (options.build) throw new KubeRealError('unavailable', missingReason(env));
    return undefined;
  }
  const paths = lookUp(env);
  if (paths) return { ...paths, etcd };
  if (!options.build) return undefined;
  await build(env, options);
  const built = lookUp(env);
  if (!built) throw new KubeRealError('build', `the build left nothing in ${cacheFolder(env)}`);
  return { ...built, etcd };
}

function lookUp(env: Environment): Readonly<Record<Program, string>> | undefined {
  const [apiserver, controllers] = programs.map((program) =>
    find(program, [env['KUBEBUILDER_ASSETS'], cacheFolder(env)]),
  );
  return apiserver && controllers ? { 'kube-apiserver': apiserver, 'kube-controller-manager': controllers } : undefined;
}

const goOf = (env: Environment): string | undefined =>
  find('go', [...pathOf(env), '/usr/local/go/bin', '/usr/lib/go/bin']);

/** What is missing for a real API server here, and how to get it. */
export function missingReason(env: Environment = process.env): string {
  const reasons: string[] = [];
  if (!find('etcd', [env['KUBEBUILDER_ASSETS'], ...pathOf(env), '/usr/bin'])) {
    reasons.push('etcd is not installed (apt-get install etcd-server)');
  }
  if (!lookUp(env)) {
    const how = goOf(env)
      ? 'they can be built with the Go that is here'
      : 'install Go 1.26 or newer to have them built, or set KUBEBUILDER_ASSETS to a folder that has them';
    reasons.push(`${programs.join(' and ')} are neither in $KUBEBUILDER_ASSETS nor in ${cacheFolder(env)}; ${how}`);
  }
  return reasons.join('; ') || 'nothing is missing';
}

/** Build the programs in a folder beside the cache and move them there: a build that is killed leaves no half of one. */
async function build(env: Environment, options: BinariesOptions): Promise<void> {
  const go = goOf(env);
  if (!go) throw new KubeRealError('unavailable', missingReason(env));
  const cache = cacheFolder(env);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'build-'));
  const run = (args: readonly string[], onLine?: (line: string) => void) =>
    runGo(go, args, work, env, options.signal, onLine);
  try {
    options.onProgress?.(`fetching k8s.io/kubernetes ${kubernetesVersion}`);
    await writeFile(join(work, 'go.mod'), 'module ovnkube-kube-real\n');
    const module: unknown = JSON.parse(
      await run(['mod', 'download', '-json', `k8s.io/kubernetes@${kubernetesVersion}`]),
    );
    const folder = typeof module === 'object' && module !== null && 'Dir' in module ? String(module.Dir) : '';
    await writeFile(join(work, 'go.mod'), goMod(await readFile(join(folder, 'go.mod'), 'utf8')));
    await writeFile(join(work, 'go.sum'), await readFile(join(folder, 'go.sum')));
    let packages = 0;
    let told = 0;
    await run(
      [
        'build',
        '-mod=mod',
        '-v',
        '-trimpath',
        '-tags=grpcnotrace',
        `-ldflags=${linkerFlags()}`,
        '-o',
        `${work}/`,
        ...programs.map((program) => `k8s.io/kubernetes/cmd/${program}`),
      ],
      (line) => {
        packages += 1;
        if (Date.now() - told < 1000) return;
        told = Date.now();
        options.onProgress?.(`compiled ${packages} of about 2,400 packages: ${line}`);
      },
    );
    for (const program of programs) await rename(join(work, program), join(cache, program));
    options.onProgress?.(`${programs.join(' and ')} are in ${cache}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function runGo(
  go: string,
  args: readonly string[],
  cwd: string,
  env: Environment,
  signal: AbortSignal | undefined,
  onLine?: (line: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', [go, ...args], {
      cwd,
      env: { ...env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    });
    const last: string[] = [];
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      onLine?.(line);
    });
    child.once('error', (cause) => reject(new KubeRealError('build', `${go} could not be started`, { cause })));
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else
        reject(new KubeRealError('build', `${go} ${args.slice(0, 2).join(' ')} failed (${code}):\n${last.join('\n')}`));
    });
  });
}
