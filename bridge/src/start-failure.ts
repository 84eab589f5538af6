/** What stands on the terminal when the bridge cannot start. */
import { OptionsError } from "./options.ts";
import { StoreError } from "./store/database.ts";

/**
 * One plain sentence for what a person can put right; the whole error for what is ours.
 *
 * @param port where it was to listen; null when the options were not read yet
 */
export function explain(error: unknown, port: number | null): string {
  if (error instanceof OptionsError) return error.problems.join("\n");
  if (error instanceof StoreError) return error.message;
  if (error instanceof Error && "code" in error) {
    if (error.code === "EADDRINUSE") return `Port ${port} is in use by another program; choose another one with port.`;
    if (error.code === "EACCES" || error.code === "EROFS") return `The bridge may not write here: ${error.message}.`;
    if (error.code === "ENOSPC") return `The disk is full: ${error.message}.`;
    if ("path" in error) return `The bridge cannot use its data folder: ${error.message}.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
