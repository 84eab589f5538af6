import { createHash } from "node:crypto";
import type { Backup } from "../api/backup.ts";

type Content = Omit<Backup, "checksum">;
/** A part that is left out gives undefined. Each is asked for when its turn comes, so that not all of them are in memory. */
export type Parts = { [Part in keyof Required<Content>]: () => Content[Part] };

/** Rows that are written at once. */
const PIECE = 200;

/** Over the content with its keys in order, so that a tool that wrote it anew does not change it. */
export function checksumOf(content: Content): string {
  const hash = createHash("sha256");
  for (const piece of inOrder(content)) hash.update(piece);
  return hash.digest("hex");
}

/** The file of these parts, piece by piece, its checksum last. */
export function* withChecksum(parts: Parts): Generator<string> {
  const content = {};
  for (const [name, get] of Object.entries(parts)) Object.defineProperty(content, name, { get, enumerable: true });
  const hash = createHash("sha256");
  let last = "";
  for (const piece of inOrder(content)) {
    hash.update(piece);
    yield last;
    last = piece;
  }
  yield `${last.slice(0, -1)},"checksum":"${hash.digest("hex")}"}`;
}

/** JSON with its keys in order; of an object the last piece is its brace. */
function* inOrder(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    yield "[";
    for (let at = 0; at < value.length; at += PIECE) {
      const rows = value.slice(at, at + PIECE).map((row) => JSON.stringify(row, sorted));
      yield `${at > 0 ? "," : ""}${rows.join()}`;
    }
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    yield "{";
    let comma = "";
    for (const name of Object.keys(value).toSorted()) {
      const inner: unknown = (value as Record<string, unknown>)[name];
      if (inner === undefined) continue;
      yield `${comma}${JSON.stringify(name)}:`;
      yield* inOrder(inner);
      comma = ",";
    }
    yield "}";
  } else yield JSON.stringify(value);
}

function sorted(_key: string, inner: unknown): unknown {
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
  const names = Object.keys(inner).toSorted();
  return Object.fromEntries(names.map((name) => [name, (inner as Record<string, unknown>)[name]]));
}
