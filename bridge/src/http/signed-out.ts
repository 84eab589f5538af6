/**
 * Sessions that were ended before their time, so that a copy of their cookie is worth nothing. Kept beside the secret,
 * also over a restart, until they would have ended anyway.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { StoreError } from "../store/database.ts";

export class SignedOut {
  private readonly file: string;
  private readonly now: () => number;
  /** Session id → when it would have ended, ms. */
  private ended: Map<string, number>;

  constructor(file: string, now: () => number) {
    this.file = file;
    this.now = now;
    this.ended = new Map(read(file));
  }

  has(sessionId: string): boolean {
    return this.ended.has(sessionId);
  }

  /** Throws when it cannot be kept: who was told "signed out" must be. */
  add(sessionId: string, expiresAtMs: number): void {
    const now = this.now();
    const kept = [...this.ended].filter(([, endsAtMs]) => endsAtMs > now);
    this.ended = new Map([...kept, [sessionId, expiresAtMs]]);
    const next = `${this.file}.new`;
    writeFileSync(next, JSON.stringify([...this.ended]), { mode: 0o600, flush: true });
    renameSync(next, this.file);
  }
}

function read(file: string): [string, number][] {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (!Array.isArray(content)) throw new Error("not a list");
    return content as [string, number][];
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new StoreError(
      `${file} cannot be read: delete it together with the file "secret" beside it, which ends every session`,
    );
  }
}
