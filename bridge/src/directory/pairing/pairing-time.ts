/** How long an invitation is good: 15 minutes, whatever is done to the clock meanwhile. */
import type { PairingRow } from "../../store/pairing-store.ts";
import type { DirectoryContext } from "../edit.ts";

export const PAIRING_MS = 15 * 60_000;

export interface PairingTime {
  /** An invitation is made now. */
  begin(id: string): void;
  isOver(row: Pick<PairingRow, "id" | "createdAtMs" | "expiresAtMs">): boolean;
}

/**
 * By the time of day, which a restart survives, and by the steady clock, so that a clock set back makes none last longer. One from
 * before the restart that seems to be made only later is over too.
 */
export function pairingTime({ now, steady }: Pick<DirectoryContext, "now" | "steady">): PairingTime {
  const ends = new Map<string, number>();
  return {
    begin: (id) => {
      for (const [known, endMs] of ends) if (endMs + PAIRING_MS < steady()) ends.delete(known);
      ends.set(id, steady() + PAIRING_MS);
    },
    isOver: ({ id, createdAtMs, expiresAtMs }) => {
      const endMs = ends.get(id);
      return expiresAtMs <= now() || (endMs === undefined ? createdAtMs > now() : endMs <= steady());
    },
  };
}
