import { join } from 'node:path';
import { findBinaries, missingReason, startReal } from '@ovnkube/kube-real';
import { guardProcess, missing, run, scratch } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded } from '../src/index.ts';

const manifest = (image: string): string => `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {node-role.kubernetes.io/worker: ""}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, image: "${image}", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: 10.96.50.5, selector: {app: web}, type: NodePort, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: "1", b: "2"}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: routers.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {plural: routers, singular: router, kind: Router, shortNames: [rt]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`;

const router = `
apiVersion: shop.example.com/v1
kind: Router
metadata: {name: r, namespace: shop}
spec: {size: 3}
`;

/** What a person types, in order; the second part is standard input. */
const session: readonly (readonly [command: string, input?: string])[] = [
  ['apply -f -', manifest('image:1')],
  ['apply -f -', manifest('image:1')],
  ['apply -f -', manifest('image:2')],
  ['wait --for condition=established crd/routers.shop.example.com'],
  ['apply -f -', router],
  ['get pods -n shop'],
  ['get pods -n shop --show-labels'],
  ['get pods -n shop -o name'],
  ['get pod web -n shop -o jsonpath={.spec.containers[0].image}'],
  ['get service web -n shop -o wide'],
  ['get netpol -n shop'],
  ['get cm settings -n shop'],
  ['get nodes'],
  ['get namespace shop'],
  ['get rt -n shop'],
  ['get crd routers.shop.example.com -o jsonpath={.status.acceptedNames.kind}'],
  ['annotate pod web -n shop k8s.ovn.org/test=1'],
  ['annotate pod web -n shop k8s.ovn.org/test=2'],
  ['annotate pod web -n shop k8s.ovn.org/test-'],
  ['label pod web -n shop tier=front'],
  ['get pods -n shop -l tier=front,app!=db -o name'],
  ['get pods -A --field-selector spec.nodeName=n1 -o name'],
  ['patch pod web -n shop -p {"metadata":{"labels":{"z":"1"}}}'],
  ['patch service web -n shop --type json -p [{"op":"add","path":"/spec/ports/0/name","value":"http"}]'],
  ['patch rt r -n shop --type merge -p {"spec":{"size":5}}'],
  ['get rt r -n shop -o jsonpath={.spec.size}'],
  ['apply --server-side --field-manager=person -f -', router],
  ['apply --server-side --field-manager=person --force-conflicts -f -', router],
  ['create configmap late -n shop --from-literal=k=v --dry-run=server'],
  ['get configmap late -n shop'],
  ['create configmap late -n shop --from-literal=k=v --from-literal=long=words'],
  ['get configmap late -n shop -o jsonpath={.data}'],
  ['create secret generic hidden -n shop --from-literal=k=v'],
  ['get secret hidden -n shop -o jsonpath={.data}'],
  ['create service nodeport door -n shop --tcp=80:8080 --node-port=30081'],
  ['get service door -n shop -o jsonpath={.spec.ports}{.spec.selector}'],
  ['create deployment many -n shop --image=image:1 --replicas=3 --port=80'],
  ['get deployment many -n shop -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].ports}'],
  ['create namespace other'],
  ['create serviceaccount robot -n other'],
  ['get sa robot -n other -o name'],
  ['get pods -n nowhere'],
  ['get gizmos'],
  ['delete pod web -n shop --grace-period=0 --force'],
  ['delete rt r -n shop'],
  ['delete crd routers.shop.example.com'],
  ['delete node n1'],
];

/** Both outputs as a person reads them, without what differs from run to run. */
async function type(kubeconfig: string, home: string, [command, input]: (typeof session)[number]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
  try {
    return tidy(await run('kubectl', command.split(' '), { env, ...(input && { input }) }));
  } catch (error) {
    return tidy(`refused: ${error instanceof Error ? error.message : error}`);
  }
}
const tidy = (text: string): string =>
  text
    .replaceAll(/ \d+[smh](?:\d+s)?\b/g, ' AGE')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/https?:\/\/[\d.:]+/g, 'SERVER');

const binaries = await findBinaries();
if (!binaries) console.warn(`skipped in part: ${missingReason()}`);

describe.skipIf(missing('kubectl'))('kubectl', () => {
  const servers: { kubeconfig: string; home: string; stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    const home = await scratch('kubectl');
    const kubeconfig = join(home, 'kubeconfig');
    const server = await startEmbedded({ kubeconfig, token: 'secret', tls: 'self-signed' });
    servers.push({ kubeconfig, home, stop: () => server.stop() });
    if (!binaries) return;
    const dir = await scratch('kubectl');
    const cluster = await startReal({ binaries, dir, controllerManager: false, onProcess: guardProcess });
    servers.push({ kubeconfig: cluster.kubeconfig, home: dir, stop: () => cluster.stop() });
  }, 120_000);
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it.each(session.map((line) => [line[0], line] as const))('%s', async (_, line) => {
    const [ours, theirs] = await Promise.all(servers.map(({ kubeconfig, home }) => type(kubeconfig, home, line)));
    if (theirs !== undefined) expect(ours).toBe(theirs);
    else expect(ours).not.toMatch(/Unhandled Error|InternalError/);
  });

  it('describes a pod with its events', async () => {
    const [{ kubeconfig, home } = { kubeconfig: '', home: '' }] = servers;
    await type(kubeconfig, home, ['apply -f -', manifest('image:1')]);
    expect(await type(kubeconfig, home, ['describe pod web -n shop'])).toMatch(
      /Name: web[\s\S]*Node: n1\/[\s\S]*Image: image:1[\s\S]*Events: <none>/,
    );
  });
});
