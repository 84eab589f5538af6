import type { LineSettings } from "../api/line.ts";

/** What a new line starts with: open whenever Neolia runs, French first, nothing sold beyond what was asked for. */
export const LINE_DEFAULTS: LineSettings = {
  hours: [],
  holidays: [],
  greeting: {},
  afterHours: {},
  languages: ["fr", "en"],
  concurrentCalls: 2,
  backupNumber: null,
  upsell: false,
  answeredBy: "assistant",
  maxQuantity: 20,
  maxLines: 30,
  maxTotalCents: 30_000,
  preparationMinutes: 20,
  slotMinutes: 10,
  ordersPerSlot: 6,
  aheadHours: 24,
  transcriptDays: 30,
  printer: null,
};
