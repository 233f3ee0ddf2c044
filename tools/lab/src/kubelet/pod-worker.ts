import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api/client.ts';
import { type Pod, podPath } from '../api/objects.ts';
import { runningStatus, waitingStatus } from './pod-status.ts';
import { type NodeHost, type Sandbox, startSandbox, stopSandbox } from './sandbox.ts';

/** How the worker of one pod tells what it does. */
export interface WorkerContext {
  readonly host: NodeHost;
  readonly client: ApiClient;
  log(line: string): void;
}

/** From one failed try to the next: 0.5 s, doubled up to 5 s. */
const backOff = (tries: number): number => Math.min(5000, 500 * 2 ** tries);

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * The life of one pod on its node: sandbox up, status published, and once `stop` aborts (the pod is being deleted, or is
 * gone from the API) sandbox down. Ends when nothing of the pod is left.
 */
export async function runPod(context: WorkerContext, pod: Pod, stop: AbortSignal): Promise<void> {
  const sandbox = await startWithRetries(context, pod, stop);
  if (sandbox !== undefined) {
    if (!stop.aborted) {
      await publish(context, pod, runningStatus(pod, context.host.node, sandbox.addresses));
      context.log(`${podPath(pod)}: running, ADD took ${sandbox.addMilliseconds.toFixed(0)} ms`);
    }
    if (!stop.aborted) await once(stop, 'abort');
    await stopWithRetries(context, pod, sandbox);
  }
  await forget(context, pod);
}

async function startWithRetries(context: WorkerContext, pod: Pod, stop: AbortSignal): Promise<Sandbox | undefined> {
  for (let tries = 0; !stop.aborted; tries++) {
    try {
      return await startSandbox(context.host, pod);
    } catch (error) {
      context.log(`${podPath(pod)}: ${message(error)}`);
      await publish(context, pod, waitingStatus(pod, context.host.node, message(error)));
      // Why ADD failed is not for us to watch; kubelets try again after a while.
      await delay(backOff(tries), undefined, { signal: stop }).catch(() => undefined);
    }
  }
  return undefined;
}

async function stopWithRetries(context: WorkerContext, pod: Pod, sandbox: Sandbox): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await stopSandbox(context.host, pod, sandbox);
      return;
    } catch (error) {
      context.log(`${podPath(pod)}: ${message(error)}`);
      await delay(backOff(tries));
    }
  }
}

/** Publish a status; a pod that is gone by now is none of our business. */
async function publish({ client, log }: WorkerContext, pod: Pod, status: unknown): Promise<void> {
  const { uid } = pod.metadata;
  const answer = await client.ask(`${podPath(pod)}/status`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid }, status },
  });
  if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409)
    log(`${podPath(pod)}: status not written: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** The last word on a deleted pod: remove the object, if it is still that pod. */
async function forget({ client, log }: WorkerContext, pod: Pod): Promise<void> {
  const { status, body } = await client.ask(podPath(pod), {
    method: 'DELETE',
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: pod.metadata.uid },
    },
  });
  if (status >= 300 && status !== 404 && status !== 409)
    log(`${podPath(pod)}: not deleted: ${status} ${JSON.stringify(body)}`);
}
