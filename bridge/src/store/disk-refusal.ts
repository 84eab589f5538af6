import Sqlite from "better-sqlite3";
import { AppError } from "../events/errors.ts";

/** A disk that is full, read-only or failing, or a file held by somebody else: the change did not happen. */
export function translateRefusal(error: unknown): unknown {
  if (error instanceof Error && "syscall" in error && "code" in error) {
    // Its message names the path.
    return new AppError("STORE_UNAVAILABLE", `nothing was stored: the disk says ${error.code}`, { cause: error });
  }
  if (!(error instanceof Sqlite.SqliteError)) return error;
  if (!/^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|NOMEM|CORRUPT)/.test(error.code)) return error;
  return new AppError("STORE_UNAVAILABLE", `nothing was stored: ${error.message}`, { cause: error });
}
