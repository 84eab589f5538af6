import type { DomainEvents } from "./domain-events.ts";

type Name = keyof DomainEvents;
type Listener<N extends Name> = (event: DomainEvents[N]) => void;

/**
 * Carries domain events inside the process: synchronous, in order, to everybody who listens at the moment of `emit`.
 * A listener that throws is reported to `onError` and harms neither the other listeners nor the emitter.
 */
export class EventBus {
  private readonly listeners: { [N in Name]?: Set<Listener<N>> } = {};
  private readonly onError: (error: unknown, name: Name) => void;

  constructor(onError: (error: unknown, name: Name) => void) {
    this.onError = onError;
  }

  /** Returns the unsubscribe; calling it twice does no harm. The same function may listen more than once. */
  on<N extends Name>(name: N, listener: Listener<N>): () => void {
    const entry: Listener<N> = (event) => listener(event);
    const listeners: Set<Listener<N>> = this.listeners[name] ?? new Set();
    this.listeners[name] = listeners as EventBus["listeners"][N];
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  emit<N extends Name>(name: N, event: DomainEvents[N]): void {
    for (const listener of [...(this.listeners[name] ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        this.onError(error, name);
      }
    }
  }
}
