import type { Cidr } from '@ovnkube/ipam';
import { podNetworksAnnotation } from '@ovnkube/ipam';
import { AnnotationWriter, type Log, resources } from '@ovnkube/kube';
import type { AgentConfig } from '../config.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { PodAddressing } from './pod-addressing.ts';

/** Gives the pods of this node addresses for as long as the signal does not abort. Returns how full the node's subnets are. */
export function addressPods(
  kubernetes: Kubernetes,
  config: AgentConfig,
  nodeSubnets: readonly Cidr[],
  log: Log,
  signal: AbortSignal,
): () => ReturnType<PodAddressing['usage']> {
  const { network, serviceSubnets, node } = config;
  const { client, events, pods } = kubernetes;
  const addressing = new PodAddressing({ network, serviceSubnets, node, nodeSubnets });
  const writer = new AnnotationWriter(client, resources.pods, { signal, log });
  const stop = pods.subscribe(
    (batch) => {
      for (const event of addressing.apply(batch)) {
        const { namespace, name, uid } = event.pod.metadata;
        if (event.kind === 'annotate') writer.write({ namespace, name, uid }, { [podNetworksAnnotation]: event.text });
        else {
          log.warn({ pod: `${namespace}/${name}` }, event.message);
          const message = event.message;
          events.record(
            { resource: resources.pods, namespace, name, uid },
            { type: 'Warning', reason: 'ErrorAllocatingPod', message },
          );
        }
      }
    },
    { initial: true },
  );
  signal.addEventListener('abort', stop, { once: true });
  return () => addressing.usage();
}
