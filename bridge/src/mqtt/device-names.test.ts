import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceNames, siteName } from "./device-names.ts";

const line = { id: "line", name: "Chez Luigi", addition: null };
const gateway = { id: "gateway", name: "Chez Luigi", addition: "gateway" };
const unit = { id: "unit", name: "Unit 401", addition: "Building A" };

test("a name that nothing else has stays as it is", () => {
  assert.deepEqual([...deviceNames([unit, line], null).values()], ["Unit 401", "Chez Luigi"]);
});

test("a line and its gateway of one name are told apart, the line keeps its name", () => {
  assert.deepEqual([...deviceNames([line, gateway], null).values()], ["Chez Luigi", "Chez Luigi (gateway)"]);
});

test("two doors of one name are told apart by their buildings, whatever their capitals", () => {
  const doors = [
    { id: "1", name: "Entrance", addition: "A" },
    { id: "2", name: "entrance ", addition: "B" },
  ];
  assert.deepEqual([...deviceNames(doors, null).values()], ["Entrance (A)", "entrance  (B)"]);
});

test("with several sites every name says its site", () => {
  const names = deviceNames([unit, line, gateway], "Rue du Lac 4");
  assert.deepEqual(
    [...names.values()],
    ["Unit 401 (Rue du Lac 4)", "Chez Luigi (Rue du Lac 4)", "Chez Luigi (gateway, Rue du Lac 4)"],
  );
});

test("two sites of one name are told apart by their domains", () => {
  const one = { id: "1", name: "Home", domain: "one.example.com" };
  const other = { id: "2", name: "home", domain: "two.example.com" };
  assert.equal(siteName(one, [one]), "Home");
  assert.equal(siteName(one, [one, other]), "Home (one.example.com)");
  assert.equal(siteName(other, [one, other]), "home (two.example.com)");
});
