import {
  type Attachment as CniAttachment,
  CniError,
  type Environment,
  formatResult,
  latestVersion,
  type NetworkConfiguration,
  podOf,
  type Result,
} from '@ovnkube/cni';
import { observe } from '@ovnkube/host';
import {
  type Attachment,
  addResult,
  attachmentOf,
  hostInterface,
  interfaceIds,
  logicalPort,
  podOfLogicalPort,
} from './attachment.ts';
import { checkNamespace, inNode, type LinkSettings, linkProblems, makeLink, removeLink } from './pod-link.ts';
import { type AddressedPod, addressedPod, isRequested, type PodSource, podGone } from './pod-source.ts';
import type { SandboxTurns } from './sandbox-turns.ts';
import { isInstalled, type SwitchInterface, type SwitchPorts } from './switch-port.ts';

/** What the operations work with. */
export interface CniNode extends LinkSettings {
  readonly pods: PodSource;
  readonly ports: SwitchPorts;
  readonly turns: SandboxTurns;
  /** Why ADD cannot be served now beyond what the switch says: addresses exhausted, no subnet yet. Empty when it can. */
  readonly problems: () => readonly string[];
  /** An ADD failed, and what it made could not be removed either: a DEL or GC has to. */
  readonly onCleanupFailure?: (error: unknown) => void;
  /** Whether the switch has flows for packets that come from the port; undefined where that cannot be seen. */
  readonly hasFlows: ((ofport: number, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** Clean-up after a failure has its own time: that of the request may be up. */
const cleanupMs = 15_000;

/** ADD: the link, the port, and OVN's flows for it. Given again for the same sandbox, it says again what is there. */
export async function add(node: CniNode, environment: Environment, signal: AbortSignal): Promise<Result> {
  const attachment = attachmentOf(environment);
  const pod = podOf(environment.args);
  checkNamespace(attachment.netns, node);
  return await node.turns.take(attachment.containerId, `${pod.namespace}/${pod.name}`, signal, async (turn) => {
    const addressed = await addressedPod(node.pods, pod, turn);
    const watch = podGone(node.pods, pod);
    try {
      const live = AbortSignal.any([turn, watch.signal]);
      return (await again(node, attachment, addressed, live)) ?? (await attach(node, attachment, addressed, live));
    } finally {
      watch.stop();
    }
  });
}

async function attach(
  node: CniNode,
  attachment: Attachment,
  { pod, network }: AddressedPod,
  signal: AbortSignal,
): Promise<Result> {
  const { namespace, name, uid } = pod.metadata;
  const holder = node.ports.get(hostInterface(attachment))?.ids['sandbox'];
  if (holder !== undefined && holder !== attachment.containerId) {
    throw new CniError(
      'internal',
      `${hostInterface(attachment)} is the link of another container already: ${String(holder)}`,
    );
  }
  try {
    const mac = await makeLink(attachment, network, node, signal);
    const result = addResult(attachment, network, { mac, mtu: node.mtu });
    await node.ports.add(
      attachment,
      { namespace, name },
      interfaceIds(attachment, { namespace, name }, uid, network),
      signal,
    );
    await node.ports.installed(hostInterface(attachment), signal);
    return result;
  } catch (error) {
    await detach(node, attachment, `CNI ADD ${namespace}/${name} failed`).catch((left: unknown) =>
      node.onCleanupFailure?.(left),
    );
    // A pod that is gone says more than the program that was stopped for it.
    throw signal.aborted && signal.reason instanceof CniError ? signal.reason : error;
  }
}

/** The result of an earlier ADD of the same sandbox, when everything of it is still there. */
async function again(
  node: CniNode,
  attachment: Attachment,
  { pod, network }: AddressedPod,
  signal: AbortSignal,
): Promise<Result | undefined> {
  const port = node.ports.get(hostInterface(attachment));
  if (port === undefined) return undefined;
  const ids = interfaceIds(attachment, pod.metadata, pod.metadata.uid, network);
  if (Object.entries(ids).some(([key, value]) => port.ids[key] !== value)) return undefined;
  const outside = await observe(node.run, { ...inNode(node), dev: port.name, signal });
  const [link] = outside.links;
  if (link === undefined) return undefined;
  const result = addResult(attachment, network, { mac: link.mac, mtu: link.mtu });
  if ((await linkProblems(attachment, result, node, signal)).length > 0) return undefined;
  await node.ports.installed(port.name, signal);
  return result;
}

/** Take away what an ADD of this sandbox made, whatever of it there is. */
async function detach(node: CniNode, attachment: Attachment, why: string): Promise<void> {
  const signal = AbortSignal.timeout(cleanupMs);
  const ports = node.ports
    .ofSandbox(attachment.containerId)
    .filter(({ ids }) => ids['pod-if-name'] === attachment.ifname);
  const [removed] = await Promise.allSettled([node.ports.remove(ports, why, signal)]);
  await removeLink(attachment, node, signal);
  if (removed.status === 'rejected') throw removed.reason;
}

/** DEL: whatever is gone already is no error. Only what carries this sandbox is touched, so a late DEL harms no successor. */
export async function del(node: CniNode, environment: Environment, signal: AbortSignal): Promise<void> {
  const attachment = attachmentOf(environment);
  const { K8S_POD_NAMESPACE = '', K8S_POD_NAME = '' } = environment.args;
  await node.turns.take(attachment.containerId, undefined, signal, () =>
    detach(node, attachment, `CNI DEL ${K8S_POD_NAMESPACE}/${K8S_POD_NAME}`),
  );
}

/** CHECK: throws `unknown-container` for a sandbox without anything, `check-failed` with all that is not as it should be. */
export async function check(
  node: CniNode,
  environment: Environment,
  configuration: NetworkConfiguration,
  signal: AbortSignal,
): Promise<void> {
  const attachment = attachmentOf(environment);
  const pod = podOf(environment.args);
  const result = configuration.prevResult;
  if (result === undefined) throw new CniError('invalid-configuration', 'prevResult is missing');
  await node.turns.take(attachment.containerId, undefined, signal, async (turn) => {
    const name = hostInterface(attachment);
    const port = node.ports.get(name);
    checkNamespace(attachment.netns, node);
    const problems = [
      ...(await linkProblems(attachment, result, node, turn)),
      ...(port
        ? portProblems(port, attachment, logicalPort(pod))
        : [`port ${name} on ${node.ports.bridge} is missing`]),
    ];
    if (port === undefined && problems.includes(`link ${attachment.ifname} is missing`)) {
      throw new CniError('unknown-container', `container ${attachment.containerId} has neither a link nor a port here`);
    }
    const { ofport } = port ?? {};
    if (node.hasFlows && ofport !== undefined && ofport > 0 && !(await node.hasFlows(ofport, turn))) {
      problems.push(`flows of port ${name} (OpenFlow port ${ofport}) are missing`);
    }
    if (problems.length > 0) throw new CniError('check-failed', problems.join('; '));
  });
}

function portProblems(port: SwitchInterface, attachment: Attachment, iface: string): readonly string[] {
  const wanted = { 'iface-id': iface, sandbox: attachment.containerId, 'pod-if-name': attachment.ifname };
  return [
    ...Object.entries(wanted).flatMap(([key, value]) =>
      port.ids[key] === value
        ? []
        : [`port ${port.name} has external_ids:${key}=${String(port.ids[key] ?? '')}, not ${value}`],
    ),
    ...(port.error ? [`port ${port.name}: ${port.error}`] : []),
    ...(isInstalled(port) ? [] : [`port ${port.name} is not up: external_ids:ovn-installed is not true`]),
  ];
}

/** STATUS: throws `not-available` with everything that ADD would lack. */
export function status(node: CniNode): void {
  const problems = [...node.ports.problems(), ...node.problems()];
  if (problems.length > 0) throw new CniError('not-available', problems.join('; '));
}

/** A veth of ours: named by the first fifteen characters of a container's id, which are hexadecimal digits. */
const isPodLink = (name: string): boolean => /^[0-9a-f]{15}$/.test(name);

/** GC: remove what is not listed, also what a killed ADD left; goes on after a failure and reports all of them. */
export async function collectGarbage(
  node: CniNode,
  valid: readonly CniAttachment[],
  signal: AbortSignal,
): Promise<void> {
  const keep = new Set(valid.map(({ containerID, ifname }) => `${containerID} ${ifname}`));
  const keptLinks = new Set(valid.map(({ containerID }) => hostInterface({ containerId: containerID })));
  const ports = node.ports.all();
  const gone = ports.filter(({ ids }) => {
    const sandbox = String(ids['sandbox']);
    return !keep.has(`${sandbox} ${String(ids['pod-if-name'])}`) && !node.turns.isAdding(sandbox);
  });
  const failures = await removeAll(node, gone, 'CNI GC', signal);
  const known = new Set(node.ports.all().map(({ name }) => name));
  const { links } = await observe(node.run, { ...inNode(node), signal });
  for (const { ifname, kind } of links) {
    if (kind !== 'veth' || !isPodLink(ifname) || keptLinks.has(ifname) || known.has(ifname)) continue;
    if (node.turns.isAddingLink(ifname)) continue;
    await removeLink({ containerId: ifname }, node, signal).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new CniError('io-failure', failures.map(String).join('; '));
}

/** At start: remove the ports of pods that were deleted or recreated meanwhile. The API server is asked about each before. */
export async function removeStalePorts(node: CniNode, signal: AbortSignal): Promise<readonly string[]> {
  const stale: SwitchInterface[] = [];
  for (const port of node.ports.all()) {
    const pod = podOfLogicalPort(String(port.ids['iface-id'] ?? ''));
    if (pod === undefined) continue;
    const uid = String(port.ids['iface-id-ver'] ?? '');
    const isOf = (found: Parameters<typeof isRequested>[0] | undefined): boolean =>
      found !== undefined && isRequested(found, { ...pod, uid });
    if (!isOf(node.pods.get(pod)) && !isOf(await node.pods.fetch(pod, signal))) stale.push(port);
  }
  const failures = await removeAll(node, stale, 'pod deleted while the agent was down', signal);
  if (failures.length > 0)
    throw new AggregateError(failures, `removing ports of deleted pods: ${failures.map(String).join('; ')}`);
  return stale.map(({ ids }) => String(ids['iface-id']));
}

async function removeAll(
  node: CniNode,
  ports: readonly SwitchInterface[],
  why: string,
  signal: AbortSignal,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  await node.ports.remove(ports, why, signal).catch((error: unknown) => failures.push(error));
  for (const { name } of ports) {
    await removeLink({ containerId: name }, node, signal).catch((error: unknown) => failures.push(error));
  }
  return failures;
}

/** The body of an answer to ADD: the shape of the newest version, which the plugin converts. */
export const answerOf = (result: Result | undefined): object => ({
  Result: result === undefined ? null : formatResult(result, latestVersion),
});
