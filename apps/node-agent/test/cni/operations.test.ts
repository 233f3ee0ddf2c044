import { CniError, type Result } from '@ovnkube/cni';
import { HostError, runProcess } from '@ovnkube/host';
import { missing } from '@ovnkube/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cniHandler } from '../../src/cni/handler.ts';
import { add, check, collectGarbage, del, removeStalePorts, status } from '../../src/cni/operations.ts';
import { MemorySwitch } from './memory-switch.ts';
import {
  configured,
  type Families,
  pod,
  podNetworks,
  request,
  type Sandbox,
  sandbox,
  type TestNode,
  testNode,
} from './node.ts';

const never = new AbortController().signal;
const link = (containerId: string): string => containerId.slice(0, 15);

const failure = async (promise: Promise<unknown>): Promise<CniError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CniError) return error;
  throw new Error(`not a CniError: ${String(error)}`, { cause: error });
};

/** A turn of the event loop after which everything that did not wait for a process has happened. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.skipIf(missing('ip', 'nsenter', 'root'))('the CNI server on a node', () => {
  let db: MemorySwitch;
  let node: TestNode;
  let box: Sandbox;
  beforeEach(async () => {
    db = new MemorySwitch();
    db.onInterface = (name) => db.install(name);
    node = await testNode(db);
    box = await sandbox();
  });
  afterEach(async () => {
    await box.space.remove().catch(() => undefined);
    await node.space.remove();
  });

  const addPod = (name = 'web', uid = 'u1', where = box): Promise<Result> =>
    add(node, request('ADD', where, name, uid), never);
  const links = async (): Promise<string> => await node.space.ip('-o', 'link');

  describe.each<[string, Families]>([
    ['IPv4', ['ipv4']],
    ['IPv6', ['ipv6']],
    ['dual stack', ['ipv4', 'ipv6']],
    ['dual stack, IPv6 first', ['ipv6', 'ipv4']],
  ])('%s', (_name, families) => {
    beforeEach(() => node.table.set(pod('web', 'u1', podNetworks(5, families))));

    it('ADD makes what its result says, and CHECK agrees', async () => {
      const result = await addPod();
      expect(result.interfaces).toMatchObject([
        { name: link(box.containerId), mtu: 1400 },
        { name: 'eth0', mac: '0a:58:0a:80:00:05', mtu: 1400, sandbox: box.netns },
      ]);
      expect(result.ips.map(({ address }) => address)).toEqual(
        families.map((family) => (family === 'ipv4' ? '10.128.0.5/23' : 'fd00:10:128::5/64')),
      );
      const [row] = db.rows();
      expect(row).toMatchObject({
        name: link(box.containerId),
        external_ids: {
          attached_mac: '0a:58:0a:80:00:05',
          'iface-id': 'default_web',
          'iface-id-ver': 'u1',
          ip_addresses: result.ips.map(({ address }) => address).join(','),
          sandbox: box.containerId,
          'pod-if-name': 'eth0',
        },
      });
      const inside = await box.space.ip('address', 'show', 'dev', 'eth0');
      for (const { address } of result.ips) expect(inside).toContain(address);
      expect(inside).not.toMatch(/scope global tentative/);
      const hostMac = result.interfaces[0]?.mac ?? '';
      expect(await node.space.ip('-o', 'link', 'show', 'dev', link(box.containerId))).toMatch(
        new RegExp(`UP.*${hostMac}`),
      );
      await check(node, request('CHECK', box, 'web', 'u1'), configured(result), never);
    });

    it('ADD again says the same, and changes nothing', async () => {
      const first = await addPod();
      const before = [await links(), JSON.stringify(db.rows())];
      expect(await addPod()).toEqual(first);
      expect([await links(), JSON.stringify(db.rows())]).toEqual(before);
    });

    it('DEL leaves nothing, however often, in whatever state', async () => {
      await addPod();
      await del(node, request('DEL', box, 'web', 'u1'), never);
      expect(db.rows()).toEqual([]);
      expect(await links()).not.toContain(link(box.containerId));
      expect(await box.space.ip('-o', 'link')).not.toContain('eth0');
      await del(node, request('DEL', { ...box, netns: '' }, 'web', 'u1'), never);
      node.table.delete('default/web');
      await box.space.remove();
      await del(node, request('DEL', box, 'web', 'u1'), never);
    });
  });

  it('DEL and GC remove what an ADD left that was killed before its port was there', async () => {
    const left = [
      'link',
      'add',
      link(box.containerId),
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      box.space.name,
    ];
    await node.space.ip(...left);
    await del(node, request('DEL', box, 'web', 'u1'), never);
    expect(await links()).not.toContain(link(box.containerId));
    await node.space.ip(...left);
    await collectGarbage(node, [], never);
    expect(await links()).not.toContain(link(box.containerId));
  });

  it('errors have the code of the specification', async () => {
    const ask = (more: Partial<TestNode>, signal = never): Promise<CniError> => {
      const asked = cniHandler({ ...node, ...more });
      return failure(
        asked(request('ADD', box, 'web', 'u1'), configured({ interfaces: [], ips: [], routes: [], dns: {} }), signal),
      );
    };
    node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
    const missingProgram: TestNode['run'] = () =>
      Promise.reject(new HostError('program-missing', 'nsenter is not installed'));
    expect(await ask({ run: missingProgram })).toMatchObject({ code: 'not-available' });
    expect(await ask({ mtu: 5 })).toMatchObject({
      code: 'io-failure',
      message: expect.stringContaining('link add name eth0'),
    });
    const stop = new AbortController();
    const slow: TestNode['run'] = async (command, options) => {
      stop.abort(new DOMException('timeout', 'TimeoutError'));
      return await runProcess(command, options);
    };
    expect(await ask({ run: slow }, stop.signal)).toMatchObject({
      code: 'try-again-later',
      message: expect.stringContaining('ADD'),
    });
  });

  it('DEL after the namespace went with its link', async () => {
    node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
    await addPod();
    await box.space.remove();
    await del(node, request('DEL', { ...box, netns: '' }, 'web', 'u1'), never);
    expect(db.rows()).toEqual([]);
  });

  describe('ADD', () => {
    it('waits for the pod, its annotation and its flows, whatever comes when', async () => {
      const fetched = pod('web', 'u1');
      node = await testNode(db, { fetch: () => Promise.resolve(fetched), netns: node.space.name });
      db.onInterface = () => undefined;
      const adding = add(node, request('ADD', box, 'web', 'u1'), never);
      await turn();
      node.table.set(fetched);
      await turn();
      expect(db.rows()).toEqual([]);
      const made = new Promise<string>((resolve) => {
        db.onInterface = resolve;
      });
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      const name = await made;
      db.set(name, { ofport: 7 });
      db.install(name);
      expect((await adding).ips).toHaveLength(1);
    });

    it('fails at once for a pod that is gone, and for a predecessor', async () => {
      expect(await failure(addPod())).toMatchObject({
        code: 'try-again-later',
        message: expect.stringContaining('does not exist'),
      });
      node.table.set(pod('web', 'u2', podNetworks(5, ['ipv4'])));
      expect((await failure(addPod())).message).toContain('was recreated');
    });

    it('takes a static pod, whose mirror has a UID of its own', async () => {
      const mirror = pod('web', 'of-the-api', podNetworks(5, ['ipv4']));
      const annotations = { ...mirror.metadata.annotations, 'kubernetes.io/config.source': 'file' };
      node.table.set({ metadata: { ...mirror.metadata, annotations } });
      await addPod('web', 'of-the-kubelet');
      expect(db.rows()).toMatchObject([{ external_ids: { 'iface-id-ver': 'of-the-api' } }]);
    });

    it.each<[string, (table: TestNode['table']) => void, string]>([
      ['deleted', (table) => table.delete('default/web'), 'was deleted'],
      ['recreated', (table) => table.set(pod('web', 'u2', podNetworks(6, ['ipv4']))), 'was recreated'],
    ])('is cancelled when the pod is %s while it waits for flows, and cleans up', async (_name, happen, words) => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      const made = new Promise<void>((resolve) => {
        db.onInterface = () => resolve();
      });
      const adding = failure(addPod());
      await made;
      happen(node.table);
      expect((await adding).message).toContain(words);
      expect(db.rows()).toEqual([]);
      expect(await links()).not.toContain(link(box.containerId));
      expect(await box.space.ip('-o', 'link')).not.toContain('eth0');
    });

    it('is cancelled while it waits for the annotation', async () => {
      node.table.set(pod('web', 'u1'));
      const adding = failure(addPod());
      await turn();
      node.table.delete('default/web');
      expect((await adding).message).toContain('was deleted');
      node.table.set(pod('web', 'u1', '{"default":{}}'));
      expect((await failure(addPod())).message).toContain('mac_address');
    });

    it('says what it waited for when its time is up, and cleans up', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      const stop = new AbortController();
      db.onInterface = (name) => {
        db.set(name, { ofport: 3 });
        stop.abort(new DOMException('timeout', 'TimeoutError'));
      };
      const error = await failure(add(node, request('ADD', box, 'web', 'u1'), stop.signal));
      expect(error).toMatchObject({
        code: 'try-again-later',
        message: expect.stringContaining('ovn-controller to install'),
      });
      expect(db.rows()).toEqual([]);
    });

    it('fails, clean, when the switch cannot use the link or refuses the port', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      db.onInterface = (name) => db.set(name, { ofport: -1, error: 'could not open network device' });
      expect((await failure(addPod())).message).toContain('could not open network device');
      expect(db.rows()).toEqual([]);
      db.outcomes.push({
        status: 'aborted',
        errors: [{ operation: 0, error: 'constraint violation', details: 'why' }],
      });
      expect((await failure(addPod())).message).toContain('constraint violation: why');
      db.outcomes.push({ status: 'unknown' });
      expect(await failure(addPod())).toMatchObject({ code: 'try-again-later' });
      expect(await links()).not.toContain(link(box.containerId));
      db.onInterface = (name) => db.install(name);
      await addPod();
    });

    it('refuses an interface of somebody else, no namespace, and the namespace of the node', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      await box.space.ip('link', 'add', 'eth0', 'type', 'bridge');
      expect((await failure(addPod())).message).toContain('is not ours');
      expect(await box.space.ip('-o', 'link')).toContain('eth0');
      const elsewhere = (netns: string): Promise<CniError> =>
        failure(add(node, request('ADD', { ...box, netns }, 'web'), never));
      expect(await elsewhere('/run/netns/no-such')).toMatchObject({ code: 'invalid-environment' });
      expect((await elsewhere(`/run/netns/${node.space.name}`)).message).toContain('namespace of the node');
    });

    it('lets no name through that would be more than a name to ip', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      const asked = { ...request('ADD', box, 'web', 'u1'), ifname: 'eth#0' };
      await expect(add(node, asked, never)).rejects.toThrow('cannot be an argument of ip');
      expect(await links()).not.toContain(link(box.containerId));
    });

    it('does not take the link of another container whose id begins alike', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      node.table.set(pod('twin', 'u2', podNetworks(6, ['ipv4'])));
      await addPod();
      const twin = { ...(await sandbox()), containerId: `${link(box.containerId)}0000` };
      expect((await failure(addPod('twin', 'u2', twin))).message).toContain('another container');
      expect(db.rows()).toMatchObject([{ external_ids: { 'iface-id': 'default_web' } }]);
      expect(await links()).toContain(link(box.containerId));
      await twin.space.remove();
    });

    it('replaces what a killed ADD of the same sandbox left', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      await node.space.ip(
        'link',
        'add',
        link(box.containerId),
        'type',
        'veth',
        'peer',
        'name',
        'eth0',
        'netns',
        box.space.name,
      );
      expect((await addPod()).ips).toHaveLength(1);
      // And with the port, but half of the addresses:
      await box.space.ip('address', 'flush', 'dev', 'eth0');
      await addPod();
      expect(await box.space.ip('address', 'show', 'dev', 'eth0')).toContain('10.128.0.5/23');
      expect(db.rows()).toHaveLength(1);
    });

    it('of a later sandbox of the pod wins; the late DEL of the first harms nothing', async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      const second = await sandbox();
      await addPod();
      await addPod('web', 'u1', second);
      expect(db.rows().map((row) => row['name'])).toEqual([link(second.containerId)]);
      await del(node, request('DEL', box, 'web', 'u1'), never);
      expect(db.rows().map((row) => row['name'])).toEqual([link(second.containerId)]);
      expect(await links()).not.toContain(link(box.containerId));
      await second.space.remove();
    });

    it('that waits is ended by a DEL of its sandbox, and by an ADD of a later one', async () => {
      node.table.set(pod('web', 'u1'));
      const second = await sandbox();
      const first = failure(addPod());
      await turn();
      await del(node, request('DEL', box, 'web', 'u1'), never);
      expect((await first).message).toContain('same sandbox took over');
      const again = failure(addPod());
      await turn();
      const later = addPod('web', 'u1', second);
      expect((await again).message).toContain('later sandbox of pod default/web took over');
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
      expect((await later).ips).toHaveLength(1);
      await second.space.remove();
    });

    it('of one pod does not wait for that of another', async () => {
      node.table.set(pod('slow', 'u1'));
      node.table.set(pod('web', 'u2', podNetworks(6, ['ipv4'])));
      const other = await sandbox();
      const slow = addPod('slow', 'u1');
      await addPod('web', 'u2', other);
      node.table.set(pod('slow', 'u1', podNetworks(5, ['ipv4'])));
      await slow;
      expect(db.rows()).toHaveLength(2);
      await other.space.remove();
    });

    it('switches checksum offload off where the datapath needs it', async () => {
      const lines: string[] = [];
      node = await testNode(db, {
        netns: node.space.name,
        checksumOffload: false,
        run: (command, options) => {
          lines.push(command.input ?? '');
          return runProcess(command, options);
        },
      });
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4', 'ipv6'])));
      await addPod();
      // One process for everything inside of the pod.
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/0x8946|ethtool/);
    });
  });

  describe('CHECK', () => {
    let result: Result;
    beforeEach(async () => {
      node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4', 'ipv6'])));
      result = await addPod();
    });
    const checked = (): Promise<CniError> =>
      failure(check(node, request('CHECK', box, 'web', 'u1'), configured(result), never));

    it.each<[string, string[], RegExp]>([
      ['address', ['address', 'del', '10.128.0.5/23', 'dev', 'eth0'], /address 10.128.0.5\/23 on eth0 is missing/],
      [
        'IPv6 address',
        ['address', 'del', 'fd00:10:128::5/64', 'dev', 'eth0'],
        /address fd00:10:128::5\/64 on eth0 is missing/,
      ],
      ['route', ['route', 'del', '10.128.0.0/14'], /route 10.128.0.0\/14 via 10.128.0.1 is missing/],
      ['default route', ['-6', 'route', 'del', 'default'], /route ::\/0 via fd00:10:128::1 is missing/],
      ['link', ['link', 'del', 'eth0'], /link eth0 is missing/],
      ['link down', ['link', 'set', 'eth0', 'down'], /link eth0 is down/],
      [
        'MAC',
        ['link', 'set', 'eth0', 'address', '02:00:00:00:00:01'],
        /link eth0 has MAC address 02:00:00:00:00:01, not 0a:58/,
      ],
    ])('finds: %s', async (_name, interference, words) => {
      await box.space.ip(...interference);
      expect(await checked()).toMatchObject({ code: 'check-failed', message: expect.stringMatching(words) });
    });

    it('finds: the host end down, the port, its ids, its flows', async () => {
      await node.space.ip('link', 'set', link(box.containerId), 'down');
      expect((await checked()).message).toMatch(new RegExp(`link ${link(box.containerId)} is down`));
      await node.space.ip('link', 'set', link(box.containerId), 'up');
      db.set(link(box.containerId), { external_ids: { 'iface-id': 'default_other', sandbox: box.containerId } });
      expect((await checked()).message).toMatch(
        /iface-id=default_other, not default_web.*pod-if-name.*ovn-installed is not true/,
      );
      await node.ports.remove(node.ports.ofSandbox(box.containerId), 'test');
      expect((await checked()).message).toMatch(/port .* on br-int is missing/);
    });

    it('finds: flows', async () => {
      node = await testNode(db, { netns: node.space.name, hasFlows: () => Promise.resolve(false) });
      expect((await checked()).message).toMatch(/OpenFlow port 7\) are missing/);
    });

    it('tolerates what others added', async () => {
      await box.space.ip('address', 'add', '192.0.2.1/32', 'dev', 'eth0');
      await box.space.ip('route', 'add', '192.0.2.0/24', 'dev', 'eth0');
      await check(node, request('CHECK', box, 'web', 'u1'), configured(result), never);
    });

    it('knows an unknown container', async () => {
      const other = await sandbox();
      const error = await failure(check(node, request('CHECK', other, 'web', 'u1'), configured(result), never));
      expect(error.code).toBe('unknown-container');
      await other.space.remove();
    });
  });

  it('GC removes what is not listed, also what a killed ADD left, and nothing else', async () => {
    const boxes = [box, await sandbox(), await sandbox()];
    for (const [index, where] of boxes.entries()) {
      node.table.set(pod(`web-${index}`, 'u', podNetworks(5 + index, ['ipv4'])));
      await addPod(`web-${index}`, 'u', where);
    }
    await node.space.ip('link', 'add', '0123456789abcde', 'type', 'veth', 'peer', 'name', 'leftover');
    await node.space.ip('link', 'add', 'veth-of-others', 'type', 'veth', 'peer', 'name', 'other-peer');
    const [kept, ...gone] = boxes.map(({ containerId }) => containerId);
    await collectGarbage(node, [{ containerID: kept ?? '', ifname: 'eth0' }], never);
    expect(db.rows().map((row) => row['name'])).toEqual([link(kept ?? '')]);
    const left = await links();
    expect(left).toContain(link(kept ?? ''));
    expect(left).toContain('veth-of-others');
    for (const name of [...gone.map(link), '0123456789abcde']) expect(left).not.toContain(name);
    for (const { space } of boxes.slice(1)) await space.remove();
  });

  it('GC goes on after a failure and reports it', async () => {
    node.table.set(pod('web', 'u1', podNetworks(5, ['ipv4'])));
    await addPod();
    db.outcomes.push({ status: 'unknown' });
    const error = await failure(collectGarbage(node, [], never));
    expect(error).toMatchObject({ code: 'io-failure', message: expect.stringContaining('did not answer') });
    expect(await links()).not.toContain(link(box.containerId));
  });

  it('STATUS says everything that is not ready', async () => {
    status(node);
    const bare = await testNode(new MemorySwitch('br-other'), { problems: () => ['node n1 has no subnet'] });
    const error = await failure(Promise.resolve().then(() => status(bare)));
    expect(error).toMatchObject({
      code: 'not-available',
      message: 'the bridge br-int does not exist; node n1 has no subnet',
    });
    db.connected = false;
    expect((await failure(Promise.resolve().then(() => status(node)))).message).toContain('no connection');
    await bare.space.remove();
  });

  it('at start removes the ports of pods that are gone, after the API server has confirmed it', async () => {
    const boxes = [box, await sandbox(), await sandbox()];
    for (const [index, where] of boxes.entries()) {
      node.table.set(pod(`web-${index}`, 'u', podNetworks(5 + index, ['ipv4'])));
      await addPod(`web-${index}`, 'u', where);
    }
    // A new agent whose informer has lost two pods, of which the API server still knows one.
    const restarted = await testNode(db, {
      netns: node.space.name,
      fetch: (_namespace, name) => Promise.resolve(name === 'web-1' ? pod('web-1', 'u') : undefined),
    });
    restarted.table.set(pod('web-0', 'u', podNetworks(5, ['ipv4'])));
    expect(await removeStalePorts(restarted, never)).toEqual(['default_web-2']);
    expect(db.rows().map((row) => row['name'])).toEqual(boxes.slice(0, 2).map(({ containerId }) => link(containerId)));
    expect(await removeStalePorts(restarted, never)).toEqual([]);
    for (const { space } of boxes.slice(1)) await space.remove();
    await restarted.space.remove();
  });
});
