/** The connection to the service. */
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import { readServerEvent, type ServerEvent } from "./server-events.ts";

export class RealtimeLink extends OpenAIRealtimeWS {
  /** Tells of each event of the service; null: one that the driver does not know. `id`: the event's own. Gives its end. */
  onEvent(take: (event: ServerEvent | null, id: string | null) => void): () => void {
    const read = (event: unknown): void => take(readServerEvent(event), idOf(event));
    this.on("event", read);
    return () => this.off("event", read);
  }

  /**
   * The package tells of each event under its own type as well, which the service chooses: one called "constructor" would end
   * the process.
   */
  protected override _emit(name: string, ...args: unknown[]): void {
    if (name === "error") super._emit(name, args[0] as never);
    if (name === "event") super._emit(name, args[0] as RealtimeServerEvent);
  }
}

function idOf(event: unknown): string | null {
  if (typeof event !== "object" || event === null || !("event_id" in event)) return null;
  return typeof event.event_id === "string" ? event.event_id : null;
}
