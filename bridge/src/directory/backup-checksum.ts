import { createHash } from "node:crypto";
import type { Backup } from "../api/backup.ts";

/** Over the content with its keys in order, so that a tool that wrote it anew does not change it. */
export function checksumOf(content: Omit<Backup, "checksum">): string {
  return createHash("sha256").update(inOrder(content)).digest("hex");
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
