/** What every page of the desk gets. */
import type { Toast } from "../admin/admin.ts";
import type { Board, DeskApi, Line } from "../data/desk.ts";
import type { Directory } from "../data/directory.ts";
import type { DeskLocalizer } from "../localize/desk.ts";

export interface DeskContext {
  readonly t: DeskLocalizer;
  readonly api: DeskApi;
  readonly line: Line;
  /** All lines that this person sees, this one among them. */
  readonly lines: readonly Line[];
  /** null: not heard yet. */
  readonly board: Board | null;
  /** May do what is for administrators. */
  readonly administrator: boolean;
  readonly directory: Directory | null;
  toast(toast: Toast): void;
  /** Tells a person what went wrong with something that was not a form. */
  fail(error: unknown): void;
  /** The line is different now. */
  changed(line: Line): void;
  /** A line was added: leads to it. */
  added(line: Line): void;
  /** The line is no more: leads to what is left. */
  removed(line: Line): void;
}
