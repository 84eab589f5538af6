/** What every page of the desk gets. */
import type { Toast } from "../admin/admin.ts";
import type { Board, DeskApi, Line, Order } from "../data/desk.ts";
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
  /** This person changes something: the way back of what they changed before is no longer offered. */
  begins(): void;
  /** Tells a person what went wrong with something that was not a form. */
  fail(error: unknown): void;
  /** The order is at another stage now: shown before the board is told again. */
  moved(order: Order): void;
  /** The line is different now. */
  changed(line: Line): void;
  /** A line was added: leads to it. */
  added(line: Line): void;
  /** The line is no more: leads to what is left. */
  removed(line: Line): void;
}
