import { Graph } from '@ovnkube/incremental';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ApiObject,
  defineResource,
  EventRecorder,
  type Informer,
  type KubeClient,
  lead,
  modify,
  patchAnnotations,
  type Resource,
  resources,
  type Selection,
  startInformer,
} from '../src/index.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { until } from './until.ts';

const { configMaps, namespaces, nodes, pods, services } = resources;

const pod = (namespace: string, name: string, more: object = {}) => ({
  metadata: { namespace, name, ...more },
  spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'image:1' }] },
});

/** The same tests for every API server: what passes here on both cannot differ between them. */
export function clientSuite(title: string, start: () => Promise<ServerUnderTest>): void {
  describe(title, () => {
    let server: ServerUnderTest;
    let client: KubeClient;
    let direct: KubeClient;
    let namespace: string;
    let counter = 0;
    const ending = new AbortController();

    beforeAll(async () => {
      server = await start();
      ({ client, direct } = server);
    }, 120_000);
    afterAll(async () => {
      ending.abort();
      await server?.stop();
    });
    beforeEach(async () => {
      counter += 1;
      namespace = `suite-${counter}`;
      await direct.create(namespaces, { metadata: { name: namespace } });
    });

    const follow = <Row>(resource: Resource<Row>, selection: Selection = {}) => {
      const graph = new Graph();
      const table = graph.input<Row>(resource.plural);
      const informer: Informer = startInformer(client, resource, {
        graph,
        table,
        signal: ending.signal,
        backoff: { firstMs: 10, maximumMs: 200 },
        ...selection,
      });
      return { table, informer };
    };
    const configMap = (name: string, data: Record<string, string> = {}, from = direct): Promise<ApiObject> =>
      from.create(configMaps, { metadata: { namespace, name }, data });

    describe('calls', () => {
      it('creates, reads, replaces and deletes', async () => {
        const made = await configMap('a', { k: '1' }, client);
        expect(made.metadata).toMatchObject({ name: 'a', namespace });
        expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
        const read = await client.get(configMaps, { namespace, name: 'a' });
        expect(read['data']).toEqual({ k: '1' });
        const updated = await client.update(configMaps, { ...read, data: { k: '2' } });
        expect(updated['data']).toEqual({ k: '2' });
        expect(updated.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
        expect(await client.delete(configMaps, { namespace, name: 'a' })).toBe(true);
        expect(await client.delete(configMaps, { namespace, name: 'a' })).toBe(false);
      });

      it('names refusals by code', async () => {
        const made = await configMap('a', {}, client);
        const code = (promise: Promise<unknown>) => expect(promise).rejects;
        await code(client.get(configMaps, { namespace, name: 'none' })).toMatchObject({
          code: 'notFound',
          message: expect.stringContaining('configmaps "none" not found'),
        });
        await code(configMap('a', {}, client)).toMatchObject({ code: 'alreadyExists' });
        await code(configMap('A_b', {}, client)).toMatchObject({
          code: 'invalid',
          message: expect.stringContaining('A_b'),
        });
        await configMapChange('a');
        await code(client.update(configMaps, { ...made, data: { k: 'late' } })).toMatchObject({ code: 'conflict' });
        await code(client.create(configMaps, { metadata: { namespace: 'nowhere', name: 'a' } })).toMatchObject({
          code: 'notFound',
        });
        await code(client.list(pods, { fieldSelector: 'spec.nonsense=1' })).toMatchObject({ code: 'badRequest' });
        await code(client.delete(configMaps, { namespace, name: 'a', uid: 'other' })).toMatchObject({
          code: 'conflict',
        });
      });

      const configMapChange = (name: string) =>
        direct.patch(configMaps, { namespace, name }, { data: { changed: String(Math.random()) } });

      it('makes up names and numbers versions only when something changes', async () => {
        const made = await client.create(configMaps, {
          metadata: { namespace, generateName: 'gen-' },
          data: { k: 'v' },
        });
        expect(made.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
        const same = await client.patch(configMaps, made.metadata, { data: { k: 'v' } });
        expect(same.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
      });

      it('lists page by page, at one version', async () => {
        await Promise.all(Array.from({ length: 510 }, (_, index) => configMap(`many-${index}`)));
        const { items } = await client.list(configMaps, {
          namespace,
          fieldSelector: 'metadata.name!=kube-root-ca.crt',
        });
        expect(items).toHaveLength(510);
      });

      it('selects by labels and fields', async () => {
        for (const [name, app, tier] of [
          ['a', 'web', 'front'],
          ['b', 'web', 'back'],
          ['c', 'db', 'back'],
        ] as const) {
          await direct.create(pods, pod(namespace, name, { labels: { app, tier } }));
        }
        const names = async (selection: Selection) =>
          (await client.list(pods, { namespace, ...selection })).items.map((item) => item.metadata.name);
        expect(await names({ labelSelector: 'app=web' })).toEqual(['a', 'b']);
        expect(await names({ labelSelector: 'app!=web' })).toEqual(['c']);
        expect(await names({ labelSelector: 'tier in (back, side),app' })).toEqual(['b', 'c']);
        expect(await names({ labelSelector: 'tier notin (back)' })).toEqual(['a']);
        expect(await names({ labelSelector: '!missing,tier=back' })).toEqual(['b', 'c']);
        expect(await names({ fieldSelector: 'spec.nodeName=n1,metadata.name!=a' })).toEqual(['b', 'c']);
        expect(await names({ fieldSelector: 'spec.nodeName=n2' })).toEqual([]);
      });

      it('keeps a node-bound pod until its kubelet deletes it', async () => {
        await direct.create(pods, pod(namespace, 'p'));
        await client.delete(pods, { namespace, name: 'p' });
        const { metadata } = await client.get(pods, { namespace, name: 'p' });
        expect(metadata.deletionTimestamp).toMatch(/Z$/);
        await client.delete(pods, { namespace, name: 'p' }, { gracePeriodSeconds: 0 });
        await expect(client.get(pods, { namespace, name: 'p' })).rejects.toMatchObject({ code: 'notFound' });
      });

      it('waits for finalizers', async () => {
        await client.create(configMaps, { metadata: { namespace, name: 'f', finalizers: ['example.com/wait'] } });
        await client.delete(configMaps, { namespace, name: 'f' });
        expect((await client.get(configMaps, { namespace, name: 'f' })).metadata.deletionTimestamp).toBeDefined();
        await client.patch(configMaps, { namespace, name: 'f' }, { metadata: { finalizers: null } });
        await expect(client.get(configMaps, { namespace, name: 'f' })).rejects.toMatchObject({ code: 'notFound' });
      });

      it('gives services addresses and node ports', async () => {
        const spec = { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80 }] };
        const made = await client.create(services, { metadata: { namespace, name: 's' }, spec });
        expect(made['spec']).toMatchObject({
          clusterIP: expect.stringMatching(/^10\.96\./),
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          internalTrafficPolicy: 'Cluster',
          externalTrafficPolicy: 'Cluster',
          sessionAffinity: 'None',
          ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: expect.any(Number) }],
        });
        const headless = await client.create(services, {
          metadata: { namespace, name: 'h' },
          spec: { clusterIP: 'None', ports: [{ port: 80 }] },
        });
        expect(headless['spec']).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
      });

      it('defaults the policy types of a network policy', async () => {
        const made = await client.create(resources.networkPolicies, {
          metadata: { namespace, name: 'np' },
          spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] },
        });
        expect(made['spec']).toMatchObject({
          policyTypes: ['Ingress', 'Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
        });
      });
    });

    describe('patches', () => {
      it('sets and removes annotations, and touches nothing else', async () => {
        const made = await client.create(configMaps, {
          metadata: { namespace, name: 'a', annotations: { keep: '1', drop: '2' } },
          data: { k: 'v' },
        });
        const ref = { namespace, name: 'a', uid: made.metadata.uid };
        const patched = await patchAnnotations(client, configMaps, ref, {
          drop: undefined,
          'k8s.ovn.org/node-id': '7',
        });
        expect(patched.metadata.annotations).toEqual({ keep: '1', 'k8s.ovn.org/node-id': '7' });
        expect(patched['data']).toEqual({ k: 'v' });
        const other = { ...ref, uid: '00000000-0000-0000-0000-000000000000' };
        await expect(patchAnnotations(client, configMaps, other, { a: 'b' })).rejects.toMatchObject({
          code: 'conflict',
        });
      });

      it('modifies without losing anybody’s write', async () => {
        await configMap('counter', { n: '0' });
        const increment = (by: KubeClient) =>
          modify(
            by,
            configMaps,
            { namespace, name: 'counter' },
            (current) => ({ data: { n: String(Number(Object(current['data'])['n']) + 1) } }),
            { attempts: 50 },
          );
        await Promise.all(Array.from({ length: 12 }, (_, index) => increment(index % 2 ? client : direct)));
        expect((await client.get(configMaps, { namespace, name: 'counter' }))['data']).toEqual({ n: '12' });
      });

      it('writes status apart from the rest', async () => {
        const name = `node-${counter}`;
        await client.create(nodes, { metadata: { name } });
        const conditions = [{ type: 'NetworkUnavailable', status: 'False', reason: 'Ready', message: '' }];
        const patched = await client.patch(
          nodes,
          { name },
          { spec: { unschedulable: true }, status: { conditions } },
          { subresource: 'status' },
        );
        expect(patched['status']).toMatchObject({ conditions: [{ type: 'NetworkUnavailable', status: 'False' }] });
        expect(Object(patched['spec'])['unschedulable']).toBeUndefined();
        const spec = await client.patch(nodes, { name }, { spec: { unschedulable: true }, status: { conditions: [] } });
        expect(spec['spec']).toMatchObject({ unschedulable: true });
        expect(spec['status']).toMatchObject({ conditions: [{ type: 'NetworkUnavailable' }] });
        await client.delete(nodes, { name });
      });

      it('applies, shares, drops and defends fields', async () => {
        const apply = (by: KubeClient, data: Record<string, string>, force = false) =>
          by.apply(configMaps, { metadata: { namespace, name: 'applied' }, data }, { force });
        expect((await apply(client, { a: '1', b: '1' }))['data']).toEqual({ a: '1', b: '1' });
        expect((await apply(client, { b: '2' }))['data']).toEqual({ b: '2' });
        await expect(apply(direct, { b: '3' })).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('.data.b'),
        });
        expect((await apply(direct, { b: '2', c: '1' }))['data']).toEqual({ b: '2', c: '1' });
        expect((await apply(client, {}))['data']).toEqual({ b: '2', c: '1' });
        expect((await apply(direct, { c: '1' }))['data']).toEqual({ c: '1' });
        expect((await apply(client, { c: '9' }, true))['data']).toEqual({ c: '9' });
        await expect(apply(direct, { c: '1' })).rejects.toMatchObject({ code: 'conflict' });
        const unchanged = await apply(client, { c: '9' });
        expect((await apply(client, { c: '9' })).metadata.resourceVersion).toBe(unchanged.metadata.resourceVersion);
      });

      it('applies conditions of a status by their type', async () => {
        const name = `cond-${counter}`;
        await client.create(nodes, { metadata: { name } });
        const condition = (type: string) => ({ type, status: 'True', reason: 'Test', message: '' });
        const write = (by: KubeClient, type: string) =>
          by.apply(nodes, { metadata: { name }, status: { conditions: [condition(type)] } }, { subresource: 'status' });
        await write(client, 'NetworkUnavailable');
        const both = await write(direct, 'MemoryPressure');
        expect(Object(both['status'])['conditions']).toMatchObject([
          { type: 'NetworkUnavailable' },
          { type: 'MemoryPressure' },
        ]);
        await client.delete(nodes, { name });
      });
    });

    describe('informers', () => {
      it('follows additions, changes and deletions, with narrow rows', async () => {
        await direct.create(pods, pod(namespace, 'before', { labels: { app: 'a' } }));
        const { table, informer } = follow(pods, { namespace });
        await informer.synced;
        expect(table.get(`${namespace}/before`)).toMatchObject({
          metadata: { namespace, name: 'before', labels: { app: 'a' } },
          spec: { nodeName: 'n1', containers: [{ name: 'c' }] },
        });
        expect(Object(table.get(`${namespace}/before`)?.metadata)['resourceVersion']).toBeUndefined();
        await direct.create(pods, pod(namespace, 'after'));
        await until(table, (rows) => rows.has(`${namespace}/after`));
        await patchAnnotations(direct, pods, { namespace, name: 'after' }, { x: 'y' });
        await until(table, (rows) => rows.get(`${namespace}/after`)?.metadata.annotations?.['x'] === 'y');
        await direct.delete(pods, { namespace, name: 'after' }, { gracePeriodSeconds: 0 });
        await until(table, (rows) => !rows.has(`${namespace}/after`));
        expect(table.size).toBe(1);
        expect(informer.lists).toBe(1);
      });

      it('drops what leaves the selection and takes up what enters it', async () => {
        await configMap('a');
        const { table, informer } = follow(configMaps, { namespace, labelSelector: 'in=yes' });
        await informer.synced;
        expect(table.size).toBe(0);
        const label = (value: string | null) =>
          direct.patch(configMaps, { namespace, name: 'a' }, { metadata: { labels: { in: value } } });
        await label('yes');
        await until(table, ({ size }) => size === 1);
        await label('no');
        await until(table, ({ size }) => size === 0);
      });

      it('goes on where it was when the connection is cut', async () => {
        const { table, informer } = follow(configMaps, { namespace });
        await informer.synced;
        server.relay.block(true);
        await configMap('while-away', { k: '1' });
        await configMap('gone');
        await direct.delete(configMaps, { namespace, name: 'gone' });
        server.relay.block(false);
        // Both events come by the one watch, though not always in one piece of it.
        await until(table, (rows) => rows.has(`${namespace}/while-away`) && !rows.has(`${namespace}/gone`));
        expect(informer.lists).toBe(1);
      });

      it('lists again after 410 Gone, and writes only what differs', async () => {
        await configMap('same', { k: '1' });
        await configMap('changed', { k: '1' });
        await configMap('deleted', { k: '1' });
        const { table, informer } = follow(configMaps, { namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' });
        await informer.synced;
        server.relay.block(true);
        await direct.patch(configMaps, { namespace, name: 'changed' }, { data: { k: '2' } });
        await direct.delete(configMaps, { namespace, name: 'deleted' });
        await configMap('added', { k: '1' });
        await server.expire();
        const batches: Map<string, unknown>[] = [];
        table.subscribe(({ changes }) => batches.push(new Map([...changes].map(([key, change]) => [key, change.new]))));
        server.relay.block(false);
        await until(table, (rows) => rows.has(`${namespace}/added`));
        expect(informer.lists).toBe(2);
        expect(batches).toHaveLength(1);
        expect([...(batches[0]?.keys() ?? [])].map((key) => key.split('/')[1]).sort()).toEqual([
          'added',
          'changed',
          'deleted',
        ]);
      });

      it('equals a list after any writes and cuts', async () => {
        const { table, informer } = follow(configMaps, { namespace });
        await informer.synced;
        let seed = 7;
        const random = (below: number): number => {
          seed = (seed * 1103515245 + 12345) % 2 ** 31;
          return Math.floor((seed / 2 ** 31) * below);
        };
        for (let step = 0; step < 150; step++) {
          const name = `r-${random(8)}`;
          const data = { step: String(step) };
          const kind = random(4);
          if (kind === 0) await direct.delete(configMaps, { namespace, name });
          else await direct.apply(configMaps, { metadata: { namespace, name }, data }, { force: true });
          if (random(10) === 0) server.relay.cut();
        }
        await configMap('last');
        await until(table, (rows) => rows.has(`${namespace}/last`));
        const { items } = await direct.list(configMaps, { namespace });
        const shown = (rows: Iterable<readonly [string, unknown]>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(shown([...table.entries()].map(([key, row]) => [key, row.data] as const))).toEqual(
          shown(items.map((item) => [`${namespace}/${item.metadata.name}`, item['data']] as const)),
        );
        expect(informer.lists).toBe(1);
      });
    });

    describe('life cycles', () => {
      it('empties a namespace that is deleted', async () => {
        await configMap('a');
        const { table } = follow(namespaces);
        await until(table, (rows) => rows.has(namespace));
        await direct.delete(namespaces, { name: namespace });
        await until(table, (rows) => !rows.has(namespace));
        await expect(client.get(configMaps, { namespace, name: 'a' })).rejects.toMatchObject({ code: 'notFound' });
      });

      it('collects the dependents of a deleted owner', async () => {
        const owner = await configMap('owner');
        const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
        await direct.create(configMaps, { metadata: { namespace, name: 'dependent', ownerReferences: [reference] } });
        const { table, informer } = follow(configMaps, { namespace });
        await informer.synced;
        await direct.delete(configMaps, { namespace, name: 'owner' }, { propagationPolicy: 'Background' });
        await until(table, (rows) => !rows.has(`${namespace}/dependent`));
      });

      it('serves custom resources while their definition is there', async () => {
        const plural = `widgets${counter}`;
        const group = 'suite.example.com';
        const definitions = defineResource<{ status?: { conditions?: { type: string; status: string }[] } }>({
          group: 'apiextensions.k8s.io',
          version: 'v1',
          plural: 'customresourcedefinitions',
          kind: 'CustomResourceDefinition',
          namespaced: false,
          fields: { metadata: { name: true }, status: { conditions: true } },
        });
        const widgets = defineResource<{ metadata: { name: string }; spec?: { size?: number } }>({
          group,
          version: 'v1',
          plural,
          kind: 'Widget',
          namespaced: true,
          fields: { metadata: { name: true, namespace: true }, spec: true },
        });
        const size = { type: 'integer', minimum: 1, default: 3 };
        const properties = {
          spec: { type: 'object', properties: { size } },
          status: { type: 'object', properties: { seen: { type: 'boolean' } } },
        };
        const definition = follow(definitions);
        await direct.create(definitions, {
          metadata: { name: `${plural}.${group}` },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural, singular: `widget${counter}`, kind: 'Widget', listKind: 'WidgetList' },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                subresources: { status: {} },
                schema: { openAPIV3Schema: { type: 'object', properties } },
              },
            ],
          },
        });
        await until(definition.table, (rows) =>
          Boolean(
            rows
              .get(`${plural}.${group}`)
              ?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True'),
          ),
        );
        const { table } = follow(widgets, { namespace });
        const made = await direct.create(widgets, {
          metadata: { namespace, name: 'w' },
          spec: { unknown: 1 },
          status: { seen: true },
        });
        expect(made['spec']).toEqual({ size: 3 });
        expect(made['status']).toBeUndefined();
        await until(table, (rows) => rows.get(`${namespace}/w`)?.spec?.size === 3);
        const status = await direct.patch(
          widgets,
          { namespace, name: 'w' },
          { status: { seen: true }, spec: { size: 9 } },
          { subresource: 'status' },
        );
        expect([status['spec'], status['status']]).toEqual([{ size: 3 }, { seen: true }]);
        await expect(direct.patch(widgets, { namespace, name: 'w' }, { spec: { size: 0 } })).rejects.toMatchObject({
          code: 'invalid',
        });
        await direct.delete(definitions, { name: `${plural}.${group}` });
        await until(table, ({ size: left }) => left === 0);
      });
    });

    describe('events', () => {
      it('counts the same event, also across recorders', async () => {
        const made = await direct.create(pods, pod(namespace, 'subject'));
        const subject = { resource: pods, namespace, name: 'subject', uid: made.metadata.uid };
        const event = { type: 'Warning', reason: 'NoAddress', message: 'no address is left' } as const;
        for (const recorder of [new EventRecorder(client, 'suite'), new EventRecorder(client, 'suite')]) {
          recorder.record(subject, event);
          recorder.record(subject, event);
          await recorder.flush();
        }
        const events = defineResource<object>({
          group: '',
          version: 'v1',
          plural: 'events',
          kind: 'Event',
          namespaced: true,
          fields: {},
        });
        const { items } = await client.list(events, { namespace, fieldSelector: 'involvedObject.name=subject' });
        expect(items).toMatchObject([{ count: 4, reason: 'NoAddress', involvedObject: { uid: made.metadata.uid } }]);
      });
    });

    describe('leader election', () => {
      const durations = { leaseDurationMs: 2000, renewDeadlineMs: 1500, retryPeriodMs: 300 };
      const contender = (identity: string, by: KubeClient, stop: AbortController) => {
        let leads = (): void => undefined;
        const leading = new Promise<void>((resolve) => {
          leads = resolve;
        });
        const result = lead(
          { client: by, lease: { namespace, name: 'lease' }, identity, signal: stop.signal, ...durations },
          async (signal) => {
            leads();
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          },
        );
        return { leading, result };
      };

      it('hands over at once when the leader goes, and after the lease has run out when it is cut off', async () => {
        const [stopA, stopB, stopC] = [new AbortController(), new AbortController(), new AbortController()];
        const a = contender('a', direct, stopA);
        await a.leading;
        const b = contender('b', client, stopB);
        stopA.abort();
        expect(await a.result).toEqual({ status: 'aborted' });
        await b.leading;
        const c = contender('c', direct, stopC);
        server.relay.block(true);
        await c.leading;
        expect(await b.result).toMatchObject({ status: 'lost', reason: expect.stringContaining('lease') });
        server.relay.block(false);
        stopC.abort();
        expect(await c.result).toEqual({ status: 'aborted' });
        const leases = defineResource<object>({
          group: 'coordination.k8s.io',
          version: 'v1',
          plural: 'leases',
          kind: 'Lease',
          namespaced: true,
          fields: {},
        });
        const lease = await direct.get(leases, { namespace, name: 'lease' });
        expect(lease['spec']).toMatchObject({ holderIdentity: '', leaseTransitions: 2 });
      });
    });
  });
}
