/** Listeners by event name. A listener that throws does not stop the others; its error surfaces as uncaught. */
export class Listeners<Events extends object> {
  readonly #byEvent = new Map<keyof Events, Set<(data: never) => void>>();

  on<Event extends keyof Events>(event: Event, listener: (data: Events[Event]) => void): () => void {
    const known = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, known.add(listener));
    return () => known.delete(listener);
  }

  emit<Event extends keyof Events>(event: Event, data: Events[Event]): void {
    const listeners = this.#byEvent.get(event);
    if (listeners === undefined) return;
    for (const listener of [...(listeners as Set<(data: Events[Event]) => void>)]) {
      try {
        listener(data);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
