/** Phone lines: what they are made of, their settings, their pause. */

import type { Line, LinePatch, LineSettings, LineWithPassword, NewLine, PausePut } from "../api/line.ts";
import type { Directory } from "../directory/directory.ts";
import { refuseStale, type SeenVersion } from "../directory/edit.ts";
import { TEST_ACCOUNT } from "../directory/names.ts";
import { AppError } from "../events/errors.ts";
import type { LineRow } from "../store/line-store.ts";
import { deskChanged, isPaused, lineRow, type OrderingContext, toLine } from "./context.ts";
import { LINE_DEFAULTS } from "./line-defaults.ts";

export interface Lines {
  list(siteId?: string): Line[];
  get(id: string): Line;
  /** Unit, gateway account, rules and line, or nothing of it. Throws what the directory throws. */
  create(line: NewLine): LineWithPassword;
  /** Throws EDITED_MEANWHILE, with the line as it stands now. */
  update(id: string, patch: LinePatch, seen: SeenVersion): Line;
  /** "No phone orders now": calls go to people until it is over. */
  pause(id: string, pause: PausePut): Line;
  /** With its unit, gateway account, menu, orders and calls. */
  remove(id: string, seen: SeenVersion): void;
}

/** Year 2100: until somebody ends it. */
const FOR_GOOD_MS = 4_102_444_800_000;
/** The bridge opens the voice session within 2.5 s or refuses; the rest is the way there. */
const BRIDGE_RING_SECONDS = 15;
const BACKUP_RING_SECONDS = 40;

export function lines(context: OrderingContext, directory: Directory): Lines {
  const { store, now, newId } = context;
  const { audit } = directory;
  const get = (id: string): Line => toLine(context, lineRow(store, id));

  function bridgeAccount(siteId: string): { username: string } {
    const there = store.accounts
      .list({ siteId })
      .find(({ type, username }) => type === "bridge" && username !== TEST_ACCOUNT);
    return there ?? directory.accounts.create({ siteId, type: "bridge", label: "Neolia" });
  }

  /** The unit's last rule but the message: it is the line's own as long as it leads to the backup of before. */
  function ringLast({ unitId, siteId, settings }: LineRow, backup: string | null): void {
    const domain = store.sites.get(siteId)?.domain ?? "";
    const target = (name: string): string => `sip:${name}@${domain}`;
    const rules = directory.rules.list({ unitId });
    const before = settings.backupNumber;
    const own = before === null ? undefined : rules.find(({ targetSipUri }) => targetSipUri === target(before));
    if (own) directory.rules.remove(own.id, null);
    if (backup === null) return;
    // A number or a name that nothing is registered under would never ring, and nobody would know.
    if (!store.accounts.byUsername(siteId, backup)) {
      throw new AppError("BACKUP_UNKNOWN", `there is no account ${backup}`, { details: { field: "backupNumber" } });
    }
    const message = directory.rules.list({ unitId }).findIndex(({ action }) => action === "voicemail");
    directory.rules.create({
      unitId,
      sourcePattern: "*",
      action: "forward",
      targetSipUri: target(backup),
      ringSeconds: BACKUP_RING_SECONDS,
      schedule: [],
      enabled: true,
      ...(message >= 0 && { position: message }),
    });
  }

  const noteOf = ({ id, siteId, label }: Line) => ({ siteId, noun: "line", rowId: id, label });

  return {
    list: (siteId) => store.lines.list(siteId).map(({ id }) => get(id)),
    get,
    create: ({ buildingId, label, name, gateway }) =>
      store.transaction(() => {
        const unit = directory.units.create({ buildingId, number: label, ...(name !== undefined && { name }) });
        const { siteId } = unit;
        const account = directory.accounts.create({ siteId, type: "gateway", label, username: gateway });
        const domain = store.sites.get(siteId)?.domain ?? "";
        const bridge = {
          unitId: unit.id,
          sourcePattern: gateway,
          targetSipUri: `sip:${bridgeAccount(siteId).username}@${domain}`,
          ringSeconds: BRIDGE_RING_SECONDS,
          schedule: [],
          enabled: true,
        };
        // Before the rule that every unit starts with, which rings its people; and after it, when nobody is there.
        directory.rules.create({ ...bridge, action: "forward", position: 0 });
        directory.rules.create({ ...bridge, action: "voicemail" });
        const row = {
          id: newId(),
          siteId,
          unitId: unit.id,
          gatewayAccountId: account.id,
          settings: LINE_DEFAULTS,
          pausedUntilMs: null,
        };
        store.lines.insert(row);
        deskChanged(context, row);
        audit.note({ ...noteOf(get(row.id)), verb: "added", after: { label, gateway: account.username } });
        return { ...get(row.id), account };
      }),
    update: (id, { label, settings }, seen) =>
      store.transaction(() => {
        const before = get(id);
        refuseStale(seen, before, (line) => line);
        const row = lineRow(store, id);
        const changed = { ...row, settings: { ...row.settings, ...settings } };
        refuseSenseless(changed.settings);
        if (settings?.backupNumber !== undefined) ringLast(row, settings.backupNumber);
        if (label !== undefined) directory.units.update(row.unitId, { number: label }, null);
        store.lines.update(changed);
        deskChanged(context, row);
        const after = get(id);
        audit.note({ ...noteOf(after), verb: "changed", before: wordsOf(before), after: wordsOf(after) });
        return after;
      }),
    pause: (id, { paused, minutes = null }) =>
      store.transaction(() => {
        const row = lineRow(store, id);
        const before = { paused: isPaused(row, now()) };
        const untilMs = minutes === null ? FOR_GOOD_MS : now() + minutes * 60_000;
        store.lines.update({ ...row, pausedUntilMs: paused ? untilMs : null });
        deskChanged(context, row);
        const line = get(id);
        audit.note({ ...noteOf(line), verb: "changed", before, after: { paused } });
        return line;
      }),
    remove: (id, seen) =>
      store.transaction(() => {
        const line = get(id);
        refuseStale(seen, line, (one) => one);
        const row = lineRow(store, id);
        if (store.orderCalls.open(id).length > 0) {
          throw new AppError("LINE_BUSY", "there is a call on the line; try again when it is over");
        }
        audit.note({ ...noteOf(line), verb: "removed", before: wordsOf(line) });
        store.lines.remove(id);
        directory.units.remove(row.unitId, null);
        if (row.gatewayAccountId !== null) directory.accounts.remove(row.gatewayAccountId, null);
        deskChanged(context, row);
      }),
  };
}

/** Of a line, what people set. */
function wordsOf({ label, settings }: Line): object {
  const { hours, ...others } = settings;
  return { label, openingHours: hours, ...others };
}

/** What the schema cannot say. */
function refuseSenseless({ hours, holidays }: LineSettings): void {
  const isNothing = holidays.some(({ open }) => open.some(({ fromMinute, toMinute }) => fromMinute === toMinute));
  if (isNothing || hours.some(({ fromMinute, toMinute }) => fromMinute >= toMinute)) {
    throw new AppError("RULE_SCHEDULE", "a window ends before it starts");
  }
  const dates = holidays.map(({ date }) => date);
  const wrong = dates.find((date, index) => dates.indexOf(date) !== index || Number.isNaN(Date.parse(date)));
  if (wrong !== undefined) throw new AppError("INVALID_REQUEST", `${wrong} is there twice, or is no day`);
}
