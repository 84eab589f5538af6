/** What changed, in an entry of the log, in the words of the pages on which it was changed. */
import type { Directory } from "../data/directory.ts";
import type { Rule } from "../data/rows.ts";
import type { AuditEntry } from "../data/upkeep.ts";
import type { AdminLocalizer } from "../localize/admin.ts";
import { unitLabel } from "../localize/localize.ts";
import { loggedWord } from "./problem-text.ts";
import { timesText } from "./rule-text.ts";

/** Of a new or removed row these say nothing that a person could use. */
const INNER = new Set(["id", "siteId", "userId", "accountId", "createdAtMs"]);

/** Who did it. From elsewhere nobody is told who lives or works at the site. */
export function whoText(who: string, t: AdminLocalizer): string {
  if (who === "nobody") return t("audit.nobody");
  return who === "" ? t("audit.somebodyThere") : who;
}

/** What was changed, as people call it: an import's kind in the words of its own page. */
export function changedLabel({ noun, label }: AuditEntry, t: AdminLocalizer): string {
  const kinds = { units: t("import.kind.units"), accounts: t("import.kind.accounts"), rules: t("import.kind.rules") };
  if (noun !== "import" && noun !== "export") return label;
  return label.replace(/(units|accounts|rules)$/, (kind) => kinds[kind as keyof typeof kinds]);
}

/** One line for each field that a person could know. */
export function changeTexts({ changes }: AuditEntry, directory: Directory, t: AdminLocalizer): string[] {
  return Object.entries(changes)
    .filter(([field]) => !INNER.has(field))
    .map(([field, { from, to }]) => {
      const told = (value: unknown) => valueText(field, value, directory, t);
      return t("audit.changed", { field: loggedWord("field-of", field, t), from: told(from), to: told(to) });
    });
}

function valueText(field: string, value: unknown, directory: Directory, t: AdminLocalizer): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (typeof value === "string") return placeText(field, value, directory, t) ?? value;
  if (field === "schedule" && isSchedule(value)) return timesText({ schedule: value }, t);
  if (field === "unitIds" && Array.isArray(value)) {
    const places = value.map((id) => placeText("unitId", String(id), directory, t) ?? String(id));
    return places.length === 0 ? "–" : new Intl.ListFormat(t.locale).format(places);
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What an id stands for, as long as that is still there. */
function placeText(
  field: string,
  id: string,
  { buildings, units, doors }: Directory,
  t: AdminLocalizer,
): string | null {
  const isIt = (row: { id: string }): boolean => row.id === id;
  if (field === "buildingId") return buildings.find(isIt)?.name ?? null;
  if (field === "doorId") return doors.find(isIt)?.label ?? null;
  if (field !== "unitId") return null;
  const unit = units.find(isIt);
  return unit === undefined ? (doors.find(isIt)?.label ?? null) : unitLabel(t, unit.number);
}

function isSchedule(value: unknown): value is Rule["schedule"] {
  const isWindow = (window: unknown): boolean =>
    typeof window === "object" && window !== null && "fromMinute" in window && "toMinute" in window;
  return Array.isArray(value) && value.every(isWindow);
}
