import { createHash } from "node:crypto";
import type { AssistantProblem, Line, LineState, PrinterState } from "../api/line.ts";
import { siteClock } from "../directory/site-clock.ts";
import type { EventBus } from "../events/bus.ts";
import { AppError } from "../events/errors.ts";
import type { LineRow } from "../store/line-store.ts";
import type { Store } from "../store/store.ts";
import { LINE_DEFAULTS } from "./line-defaults.ts";
import { indexMenu, type MenuIndex } from "./menu/menu-index.ts";
import { isOpenAt, localTime, type SiteClock } from "./opening.ts";

/** What every part of ordering stands on. */
export interface OrderingContext {
  store: Store;
  bus: EventBus;
  now(): number;
  newId(): string;
  /** Why the assistant answers no calls now; null: it does. */
  assistantProblem(): AssistantProblem | null;
  /** How the line's printer was found last. */
  printerState(lineId: string): PrinterState;
}

export function lineRow(store: Store, id: string): LineRow {
  const row = store.lines.get(id);
  if (!row) throw new AppError("UNKNOWN_LINE", `there is no line ${id}`);
  // Settings that came with a later version start with their default.
  return { ...row, settings: { ...LINE_DEFAULTS, ...row.settings } };
}

export function clockOf({ store, now }: OrderingContext, siteId: string): SiteClock {
  return siteClock(store.sites.get(siteId)?.timeZone ?? "UTC", now());
}

export function menuOf(store: Store, lineId: string): MenuIndex {
  return indexMenu(store.lines.menu(lineId).menu, new Set(store.lines.soldOut(lineId)));
}

export function isPaused(row: LineRow, nowMs: number): boolean {
  return row.pausedUntilMs !== null && row.pausedUntilMs > nowMs;
}

export function lineState(context: OrderingContext, row: LineRow): LineState {
  if (isPaused(row, context.now())) return "paused";
  return isOpenAt(row.settings, localTime(context.now(), clockOf(context, row.siteId))) ? "open" : "closed";
}

export function toLine(context: OrderingContext, row: LineRow): Line {
  const { store } = context;
  const unit = store.units.get(row.unitId);
  const gateway = row.gatewayAccountId === null ? null : store.accounts.get(row.gatewayAccountId);
  return {
    id: row.id,
    siteId: row.siteId,
    unitId: row.unitId,
    label: unit?.label ?? "",
    name: unit?.name ?? "",
    timeZone: store.sites.get(row.siteId)?.timeZone ?? "UTC",
    gatewayAccountId: gateway?.id ?? null,
    gateway: gateway?.username ?? null,
    settings: row.settings,
    pausedUntilMs: isPaused(row, context.now()) ? row.pausedUntilMs : null,
    state: lineState(context, row),
    assistantProblem: assistantProblemOf(context, row),
    printer: context.printerState(row.id),
    version: versionOf(unit?.label ?? "", row.settings),
  };
}

/** A pause or a printer that runs out of paper is no edit. */
function versionOf(label: string, settings: LineRow["settings"]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([label, settings]))
    .digest();
  return digest.readUIntBE(0, 6);
}

/** Of a line that people answer, nothing is wrong with the assistant. */
export function assistantProblemOf(context: OrderingContext, { settings }: LineRow): AssistantProblem | null {
  return settings.answeredBy === "people" ? null : context.assistantProblem();
}

/** Tells, once the change is on disk, that a line's desk shows something else now. */
export function deskChanged({ store, bus }: OrderingContext, row: Pick<LineRow, "id" | "siteId">): void {
  store.afterCommit(() => bus.emit("deskChanged", { siteId: row.siteId, lineId: row.id }));
}
