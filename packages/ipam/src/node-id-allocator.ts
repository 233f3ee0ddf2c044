import { IndexBitmap } from './index-bitmap.ts';

/** 0 and 1 are never a node's: 1 is the cluster router's place in the join subnet. */
export const firstNodeId = 2;
/** The highest node id. */
export const lastNodeId = 5000;

/** Outcome of asking for a node id. */
export type NodeIdAllocation =
  | { readonly status: 'allocated'; readonly id: number }
  | { readonly status: 'exhausted'; readonly lastNodeId: number };

/** Outcome of claiming an id that an annotation shows. */
export type NodeIdMark =
  | { readonly status: 'marked' }
  | { readonly status: 'taken'; readonly id: number; readonly by: string }
  | { readonly status: 'outside'; readonly id: number };

/** Hands out node ids, the lowest free one first. Owners are node names. */
export class NodeIdAllocator {
  readonly #taken = new IndexBitmap(lastNodeId - firstNodeId + 1);
  readonly #owners = new Map<number, string>();
  readonly #ids = new Map<string, number>();

  /** The id of a node: the one it has, else the lowest free one. */
  allocate(owner: string): NodeIdAllocation {
    const existing = this.#ids.get(owner);
    if (existing !== undefined) return { status: 'allocated', id: existing };
    const index = this.#taken.lowestFree();
    if (index === undefined) return { status: 'exhausted', lastNodeId };
    this.#take(owner, firstNodeId + index);
    return { status: 'allocated', id: firstNodeId + index };
  }

  /** Claims the id that a node's annotation shows; a node that had another one gives that up. */
  mark(owner: string, id: number): NodeIdMark {
    if (!Number.isInteger(id) || id < firstNodeId || id > lastNodeId) return { status: 'outside', id };
    const by = this.#owners.get(id);
    if (by === owner) return { status: 'marked' };
    if (by !== undefined) return { status: 'taken', id, by };
    this.release(owner);
    this.#take(owner, id);
    return { status: 'marked' };
  }

  /** Frees a node's id and returns it. */
  release(owner: string): number | undefined {
    const id = this.#ids.get(owner);
    if (id === undefined) return undefined;
    this.#ids.delete(owner);
    this.#owners.delete(id);
    this.#taken.delete(id - firstNodeId);
    return id;
  }

  idOf(owner: string): number | undefined {
    return this.#ids.get(owner);
  }

  #take(owner: string, id: number): void {
    this.#taken.add(id - firstNodeId);
    this.#owners.set(id, owner);
    this.#ids.set(owner, id);
  }
}
