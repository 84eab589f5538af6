/** Units and doors as lines: building, number, kind, name. */
import { type Static, Type } from "typebox";
import { SipName } from "../../../../infra/control/src/wire.ts";
import { Label } from "../../api/directory.ts";
import type { UnitRow } from "../../store/unit-store.ts";
import { makeAccount } from "../accounts.ts";
import { type DirectoryContext, refuseTaken } from "../edit.ts";
import { buildingOf, siteOf } from "../lookup.ts";
import { defaultRule } from "../rules.ts";
import { makeUnit } from "../units.ts";
import { UNIT_WORDS } from "./french-words.ts";
import { importKind, type Outcome, onLine, type Placed, withoutDoubles } from "./line-check.ts";

const UnitLine = Type.Object(
  {
    building: Label,
    number: Label,
    kind: Type.Union([Type.Literal("unit"), Type.Literal("door")]),
    name: Type.Union([SipName, Type.Literal("")]),
  },
  { additionalProperties: false },
);
type UnitLine = Static<typeof UnitLine>;

const COLUMNS = ["building", "number", "kind", "name"];

export const unitLines = importKind<typeof UnitLine>({
  needed: ["building", "number"],
  columns: COLUMNS,
  words: UNIT_WORDS,
  schema: UnitLine,
  read: ({ building, number, kind, name }) => ({ building, number, kind: kind === "" ? "unit" : kind, name }),
  write: (context, siteId, rows) => {
    const outcome: Outcome = { added: 0, changed: 0, same: 0, problems: [] };
    siteOf(context.store, siteId);
    const site = indexOf(context, siteId);
    const once = withoutDoubles(rows, outcome, "name", ({ building, number, kind, name }) =>
      name === "" ? JSON.stringify([building, kind, number]) : name,
    );
    for (const row of once) {
      onLine(outcome, row.line, "name", () => {
        const building = site.building(row.building);
        const known = row.name === "" ? site.byNumber(building, row) : context.store.units.byName(siteId, row.name);
        if (known && kindOf(known) === row.kind) return change(context, known, building, row.number);
        if (row.kind === "door") makeDoor(context, siteId, building, row);
        else makeUnit(context, { siteId, buildingId: building, number: row.number, name: row.name || undefined });
        return "added";
      });
    }
    return outcome;
  },
  lines: ({ store }, siteId) =>
    store.units
      .list({ siteId })
      .map((unit) => [buildingOf(store, unit.buildingId).name, unit.label, kindOf(unit), unit.name]),
});

function change({ store }: DirectoryContext, unit: UnitRow, buildingId: string, label: string): "changed" | "same" {
  if (unit.label === label && unit.buildingId === buildingId) return "same";
  store.units.update({ ...unit, label, buildingId });
  return "changed";
}

/** With an account whose password nobody knows: an accounts file brings its HA1, or an installer makes a new one. */
function makeDoor(context: DirectoryContext, siteId: string, buildingId: string, { number, name }: Placed<UnitLine>) {
  const { store, newId } = context;
  refuseTaken(context, siteId, name);
  const id = newId();
  store.units.insert({ id, siteId, buildingId, kind: "door", name, label: number });
  const door = store.units.byName(siteId, name);
  store.rules.insert(defaultRule(newId(), { id, siteId }));
  makeAccount(context, { siteId, unit: door, username: name, type: "door", label: number });
}

/** Buildings by name, made when they are missing, and units by building and number as they were before. */
function indexOf({ store, newId }: DirectoryContext, siteId: string) {
  const buildings = new Map(store.buildings.list(siteId).map(({ name, id }) => [name, id]));
  const key = (buildingId: string, kind: string, number: string) => JSON.stringify([buildingId, kind, number]);
  const units = new Map(
    store.units.list({ siteId }).map((unit) => [key(unit.buildingId, kindOf(unit), unit.label), unit]),
  );
  return {
    building: (name: string): string => {
      const id = buildings.get(name) ?? newId();
      if (!buildings.has(name)) store.buildings.insert({ id, siteId, name });
      buildings.set(name, id);
      return id;
    },
    byNumber: (buildingId: string, { kind, number }: UnitLine) => units.get(key(buildingId, kind, number)) ?? null,
  };
}

function kindOf({ kind }: UnitRow): "unit" | "door" {
  return kind === "door" ? "door" : "unit";
}
