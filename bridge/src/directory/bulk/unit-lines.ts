/** Units and doors as lines: building, number, kind, name. */
import { type Static, Type } from "typebox";
import { SipName } from "../../../../infra/control/src/wire.ts";
import type { LineProblem } from "../../api/bulk.ts";
import { Label } from "../../api/directory.ts";
import { AppError } from "../../events/errors.ts";
import { searchText } from "../../store/text.ts";
import type { UnitRow } from "../../store/unit-store.ts";
import { makeAccount } from "../accounts.ts";
import { type DirectoryContext, isTaken, refuseNumber, refuseTaken } from "../edit.ts";
import { siteOf } from "../lookup.ts";
import { doorName } from "../names.ts";
import { defaultRule, RULES_AT_ONCE } from "../rules.ts";
import { makeUnitWithoutRule } from "../units.ts";
import { UNIT_WORDS } from "./french-words.ts";
import { importKind, nothingYet, onLine, type Placed, problem, withoutDoubles } from "./line-check.ts";

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
  *write(context, siteId, rows) {
    const outcome = nothingYet();
    siteOf(context.store, siteId);
    const site = indexOf(context, siteId);
    const columnOf = ({ name }: UnitLine) => (name === "" ? "number" : "name");
    const once = withoutDoubles(rows, outcome, columnOf, ({ building, number, kind, name }) =>
      name === "" ? JSON.stringify([building, kind, number]) : name,
    );
    const written = new Set<string>();
    const edited = new Map<string, number>();
    const ruleless: Pick<UnitRow, "id" | "siteId">[] = [];
    const addRules = () =>
      context.store.rules.insertAll(ruleless.splice(0).map((place) => defaultRule(context.newId(), place)));
    for (const row of once) {
      onLine(outcome, row.line, columnOf(row), () => {
        const building = site.building(row.building);
        const known = row.name === "" ? site.byNumber(building, row) : context.store.units.byName(siteId, row.name);
        const isChange = known !== null && kindOf(known) === row.kind;
        const id = isChange ? known.id : make(context, siteId, building, row);
        if (!isChange) ruleless.push({ id, siteId });
        if (written.has(id))
          throw new AppError("INVALID_REQUEST", "a line before it", { fields: { [columnOf(row)]: "TWICE" } });
        written.add(id);
        const done = isChange ? change(context, known, building, row.number) : "added";
        if (done !== "same") edited.set(id, row.line);
        return done;
      });
      if (ruleless.length >= RULES_AT_ONCE) addRules();
      yield;
    }
    addRules();
    if (outcome.problems.length === 0) outcome.problems = yield* sameNumbers(context, edited);
    return outcome;
  },
  lines: ({ store }, siteId) => {
    const buildings = new Map(store.buildings.list(siteId).map(({ id, name }) => [id, name]));
    return store.units
      .list({ siteId })
      .map((unit) => [buildings.get(unit.buildingId) ?? "", unit.label, kindOf(unit), unit.name]);
  },
});

/** Looked at when all is written: a file may give two units each other's number. */
function* sameNumbers(
  { store }: DirectoryContext,
  edited: ReadonlyMap<string, number>,
): Generator<void, LineProblem[]> {
  const problems: LineProblem[] = [];
  for (const [id, line] of edited) {
    const unit = store.units.get(id);
    const isShared = unit?.kind === "residential" && store.units.called(unit).length > 1;
    if (isShared) problems.push(problem(line, "number", "NUMBER_TAKEN"));
    yield;
  }
  return problems;
}

function change({ store }: DirectoryContext, unit: UnitRow, buildingId: string, label: string): "changed" | "same" {
  if (unit.label === label && unit.buildingId === buildingId) return "same";
  store.units.update({ ...unit, label, buildingId });
  return "changed";
}

/** Adds the unit or door, whose first rule comes later. @returns its id */
function make(context: DirectoryContext, siteId: string, buildingId: string, row: Placed<UnitLine>): string {
  const { number, kind, name } = row;
  if (kind === "unit") return makeUnitWithoutRule(context, { siteId, buildingId, number, name: name || undefined }).id;
  return makeDoor(context, siteId, buildingId, row);
}

/** With an account whose password nobody knows: an accounts file brings its HA1, or an installer makes a new one. */
function makeDoor(context: DirectoryContext, siteId: string, buildingId: string, line: Placed<UnitLine>): string {
  const { store, newId } = context;
  const label = line.number;
  const name = line.name === "" ? doorName(label, isTaken(context, siteId)) : line.name;
  refuseTaken(context, siteId, name);
  refuseNumber(name);
  const id = newId();
  store.units.insert({ id, siteId, buildingId, kind: "door", name, label });
  const door = store.units.byName(siteId, name);
  makeAccount(context, { siteId, unit: door, username: name, type: "door", label });
  return id;
}

/** Buildings by name, as people tell them apart, made when they are missing, and units by building and number as they were before. */
function indexOf({ store, newId }: DirectoryContext, siteId: string) {
  const buildings = new Map(store.buildings.list(siteId).map(({ name, id }) => [searchText(name), id]));
  const key = (buildingId: string, kind: string, number: string) =>
    JSON.stringify([buildingId, kind, searchText(number)]);
  const units = new Map(
    store.units.list({ siteId }).map((unit) => [key(unit.buildingId, kindOf(unit), unit.label), unit]),
  );
  return {
    building: (name: string): string => {
      const known = buildings.get(searchText(name));
      if (known !== undefined) return known;
      const id = newId();
      store.buildings.insert({ id, siteId, name });
      buildings.set(searchText(name), id);
      return id;
    },
    byNumber: (buildingId: string, { kind, number }: UnitLine) => units.get(key(buildingId, kind, number)) ?? null,
  };
}

function kindOf({ kind }: UnitRow): "unit" | "door" {
  return kind === "door" ? "door" : "unit";
}
