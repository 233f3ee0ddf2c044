import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cacheFolder, findBinaries, missingReason } from './binaries.ts';
import { goMod, kubernetesVersion, linkerFlags, stagingVersion } from './go-module.ts';

const folder = mkdtempSync(join(tmpdir(), 'ovnkube-kube-real-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = (...path: string[]): string => {
  const file = join(folder, ...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
};

it('looks in $KUBEBUILDER_ASSETS, then in the cache', async () => {
  const env = { KUBEBUILDER_ASSETS: join(folder, 'assets'), XDG_CACHE_HOME: join(folder, 'cache'), PATH: '' };
  expect(cacheFolder(env)).toBe(join(folder, 'cache', 'ovnkube', 'kube', kubernetesVersion));
  const etcd = program('assets', 'etcd');
  expect(await findBinaries({ env })).toBeUndefined();
  expect(missingReason(env)).toContain(
    `kube-apiserver and kube-controller-manager are neither in $KUBEBUILDER_ASSETS nor in ${cacheFolder(env)}`,
  );
  const cached = ['kube-apiserver', 'kube-controller-manager'].map((name) =>
    program('cache', 'ovnkube', 'kube', kubernetesVersion, name),
  );
  expect(await findBinaries({ env })).toEqual({
    etcd,
    'kube-apiserver': cached[0],
    'kube-controller-manager': cached[1],
  });
  const given = program('assets', 'kube-apiserver');
  expect(await findBinaries({ env })).toMatchObject({ 'kube-apiserver': given, 'kube-controller-manager': cached[1] });
});

it('makes a go.mod of Kubernetes’ own: staging modules by their releases, everything else as pinned', () => {
  const text = goMod(`module k8s.io/kubernetes

go 1.26.0

godebug default=go1.26

require (
	github.com/a/b v1.2.3
	k8s.io/api v0.0.0
)

require github.com/c/d v0.1.0 // indirect

require (
	k8s.io/klog/v2 v2.140.0 // indirect
)

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/sample-cli-plugin => ./staging/src/k8s.io/sample-cli-plugin
)
`);
  expect(text).toContain(`require k8s.io/kubernetes ${kubernetesVersion}`);
  expect(text).toContain(`k8s.io/api ${stagingVersion}`);
  expect(text).toContain(`k8s.io/sample-cli-plugin => k8s.io/sample-cli-plugin ${stagingVersion}`);
  expect(text).toMatch(/github\.com\/a\/b v1\.2\.3\n/);
  expect(text).toMatch(/k8s\.io\/klog\/v2 v2\.140\.0\n/);
  expect(text).toContain('godebug default=go1.26');
  expect(text).not.toContain('./staging');
  expect(stagingVersion).toBe(kubernetesVersion.replace('v1.', 'v0.'));
  expect(linkerFlags()).toContain(`gitVersion=${kubernetesVersion}`);
});
