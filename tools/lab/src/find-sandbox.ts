import { existsSync, readFileSync } from 'node:fs';
import { objectKey, type Pod } from './api/objects.ts';
import { LabError } from './error.ts';
import { type SandboxRecord, sandboxFile } from './kubelet/sandbox.ts';
import type { Lab } from './lab-config.ts';

/** Where a pod's programs run; written by the kubelet when the sandbox is up. */
export function findSandbox(lab: Lab, pod: Pod): SandboxRecord {
  const file = sandboxFile(lab.state, pod.metadata.uid ?? '');
  if (!existsSync(file)) {
    const why = pod.status?.message ?? pod.status?.phase ?? 'not started yet';
    throw new LabError('NOT_READY', `pod ${objectKey(pod)} has no network namespace: ${why}`);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as SandboxRecord;
}
