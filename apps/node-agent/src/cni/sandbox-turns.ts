import { CniError } from '@ovnkube/cni';

/** A request that is being worked on. */
interface Turn {
  readonly abort: AbortController;
  readonly ended: Promise<unknown>;
}

/**
 * Who may work on a sandbox: one request at a time, in the order of their coming; different sandboxes do not wait for each other.
 * A later request for the same sandbox ends an ADD that still waits, because the runtime has given that one up; and of two
 * sandboxes of one pod the later ADD wins, because a pod has one logical port.
 */
export class SandboxTurns {
  readonly #last = new Map<string, Turn>();
  readonly #adding = new Map<string, { readonly sandbox: string; readonly abort: AbortController }>();

  /** Whether an ADD for the sandbox has not ended. */
  isAdding(sandbox: string): boolean {
    return [...this.#adding.values()].some((add) => add.sandbox === sandbox);
  }

  /** Whether an ADD that has not ended may have made the link of this name (its sandbox's first characters). */
  isAddingLink(ifname: string): boolean {
    return [...this.#adding.values()].some((add) => add.sandbox.startsWith(ifname));
  }

  /** Work when it is the sandbox's turn. `pod` is the key of the pod that an ADD is for; only ADD gives it. */
  async take<T>(
    sandbox: string,
    pod: string | undefined,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const before = this.#last.get(sandbox);
    before?.abort.abort(superseded('a later request for the same sandbox took over'));
    const abort = new AbortController();
    const combined = AbortSignal.any([signal, abort.signal]);
    if (pod !== undefined) {
      const other = this.#adding.get(pod);
      if (other && other.sandbox !== sandbox) other.abort.abort(superseded(`a later sandbox of pod ${pod} took over`));
      this.#adding.set(pod, { sandbox, abort });
    }
    const worked = (async () => {
      await before?.ended.catch(() => undefined);
      combined.throwIfAborted();
      return await work(combined);
    })();
    const turn = { abort, ended: worked };
    this.#last.set(sandbox, turn);
    try {
      return await worked;
    } finally {
      if (this.#last.get(sandbox) === turn) this.#last.delete(sandbox);
      if (pod !== undefined && this.#adding.get(pod)?.abort === abort) this.#adding.delete(pod);
    }
  }
}

const superseded = (message: string): CniError => new CniError('try-again-later', message);
