/**
 * A folder of cases and menus, looked through before anything is played: whatever is wrong in it is one sentence with its
 * file and line. JSON files with `turns` are cases, those with `items` are menus; CSV files are menus.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "typebox/value";
import type { Menu } from "../../bridge/src/api/menu.ts";
import { jsonLines, lineAt } from "../../bridge/src/ordering/menu/json-lines.ts";
import { readMenu } from "../../bridge/src/ordering/menu/menu-file.ts";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import { CallCase, type CartLine, type NamedCase } from "./call-case.ts";
import { doubtsAbout } from "./case-doubts.ts";

/** The message is for whoever wrote the files. */
export class CaseError extends Error {}

/** A menu as it is imported. */
export interface CaseMenu {
  format: "json" | "csv";
  text: string;
  menu: Menu;
}

export interface CaseFolder {
  /** By file name. */
  cases: NamedCase[];
  menuOf(script: NamedCase): CaseMenu;
  /** What is legal and probably not meant. */
  notes: string[];
}

/** Throws a CaseError for the first thing that cannot be played. */
export function readCaseFolder(folder: string): CaseFolder {
  const menus = new Map<string, CaseMenu>();
  const menuOf = ({ menu }: NamedCase): CaseMenu => {
    const file = menu ?? (existsSync(join(folder, "menu.json")) ? "menu.json" : "");
    let found = menus.get(file);
    if (!found) {
      found = readMenuFile(folder, file);
      menus.set(file, found);
    }
    return found;
  };
  const notes: string[] = [];
  const cases = filesOf(folder).flatMap((file) => {
    const read = readCase(folder, file);
    if (!read) return [];
    checkPlayable(read, folder, menuOf);
    notes.push(
      ...doubtsAbout(read.script, menuOf(read.script).menu).map(
        ({ at, sentence }) => `${file}:${lineAt(at, read.lines)}: ${sentence}`,
      ),
    );
    return [read.script];
  });
  if (cases.length === 0)
    throw new CaseError(`${folder}: there is no case in it (a JSON file with "turns" and "expect")`);
  return { cases, menuOf, notes };
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .toSorted();
  } catch {
    throw new CaseError(`${folder}: there is no such folder`);
  }
}

/** A case and where its parts stand. */
interface ReadCase {
  script: NamedCase;
  file: string;
  lines: ReadonlyMap<string, number>;
}

/** null: it is a menu. */
function readCase(folder: string, file: string): ReadCase | null {
  const text = readFileSync(join(folder, file), "utf8");
  const { lines, brokenIn } = jsonLines(text);
  if (brokenIn !== null) throw new CaseError(`${file}:${brokenIn}: this is not valid JSON`);
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
  const has = (name: string) => typeof value === "object" && value !== null && name in value;
  if (has("items") && !has("turns")) return null;
  if (!has("turns") && !has("expect")) {
    throw new CaseError(`${file}:1: neither a case ("turns", "expect") nor a menu ("categories", "items", "groups")`);
  }
  if (!Value.Check(CallCase, value)) {
    const { at, sentence } = firstFault(value);
    throw new CaseError(`${file}:${lineAt(at, lines)}: ${sentence}`);
  }
  return { script: { ...value, id: file.replace(/\.json$/, "") }, file, lines };
}

/** What the schema has against it, in words. */
function firstFault(value: unknown): { at: string; sentence: string } {
  const errors = Value.Errors(CallCase, value);
  const act = /^\/turns\/\d+\/model\/\d+(?:\/\d+)?/;
  const found = errors.find(({ keyword }) => keyword === "additionalProperties") ?? errors[0];
  const at = found?.instancePath ?? "";
  if (act.test(at)) {
    const deepest =
      errors
        .map(({ instancePath }) => act.exec(instancePath)?.[0] ?? "")
        .toSorted()
        .at(-1) ?? at;
    return {
      at: deepest,
      sentence: '"model" is a list of {"tool": …, "args": …} and {"say": …}, or of lists of these',
    };
  }
  const place = at === "" ? "the case" : at;
  switch (found?.keyword) {
    case "additionalProperties": {
      const [name = ""] = (found.params as { additionalProperties: string[] }).additionalProperties;
      return { at: `${at}/${name}`, sentence: `${place} has no field "${name}"` };
    }
    case "required":
      return {
        at,
        sentence: `${place} has no "${(found.params as { requiredProperties: string[] }).requiredProperties[0]}"`,
      };
    case "const": {
      const allowed = errors.flatMap(({ params }) =>
        "allowedValue" in params ? [`"${String(params.allowedValue)}"`] : [],
      );
      return { at, sentence: `${place} must be ${allowed.join(" or ")}` };
    }
    default:
      return { at, sentence: `${place} ${found?.message ?? "is not as it must be"}` };
  }
}

function readMenuFile(folder: string, file: string): CaseMenu {
  if (file === "") return { format: "json", text: JSON.stringify(SAMPLE_MENU), menu: SAMPLE_MENU };
  const format = file.endsWith(".csv") ? "csv" : "json";
  const text = readFileSync(join(folder, file), "utf8");
  const { menu, problems } = readMenu(text, format);
  const [first] = problems;
  if (menu === null) throw new CaseError(`${file}:${first?.line ?? 1}: ${first?.message ?? "this is no menu"}`);
  return { format, text, menu };
}

const voices = new Map<string, boolean>();

function hasVoice(name: string): boolean {
  let known = voices.get(name);
  if (known === undefined) {
    try {
      execFileSync("espeak-ng", ["-v", name, "-q", "--", "a"], { stdio: "ignore" });
      known = true;
    } catch {
      known = false;
    }
    voices.set(name, known);
  }
  return known;
}

/** Everything that the case names is there. */
function checkPlayable({ script, file, lines }: ReadCase, folder: string, menuOf: CaseFolder["menuOf"]): void {
  const refuse = (at: string, sentence: string): never => {
    throw new CaseError(`${file}:${lineAt(at, lines)}: ${sentence}`);
  };
  const { menu: menuFile, voice, turns, expect } = script;
  if (menuFile !== undefined && !existsSync(join(folder, menuFile))) refuse("/menu", `there is no file ${menuFile}`);
  if (voice && !hasVoice(voice.name)) refuse("/voice/name", `espeak-ng has no voice "${voice.name}"`);
  const { menu } = menuOf(script);
  const items = new Set(menu.items.map(({ id }) => id));
  const options = new Set(menu.groups.flatMap((group) => group.options.map(({ id }) => id)));
  const onMenu = (at: string, id: string, ids: readonly ReadonlySet<string>[]): void => {
    if (!ids.some((known) => known.has(id))) refuse(at, `there is no "${id}" on the menu`);
  };
  const cart = (at: string, cartLines: readonly CartLine[]): void => {
    for (const [index, line] of cartLines.entries()) {
      onMenu(`${at}/${index}/item`, line.item, [items]);
      for (const [place, id] of (line.options ?? []).entries())
        onMenu(`${at}/${index}/options/${place}`, id, [options]);
    }
  };
  for (const [index, id] of (script.soldOut ?? []).entries()) onMenu(`/soldOut/${index}`, id, [items, options]);
  for (const [index, { caller, soldOut }] of turns.entries()) {
    if (caller !== undefined && !/[\p{L}\p{N}]/u.test(caller))
      refuse(`/turns/${index}/caller`, "nothing of it can be spoken");
    for (const id of Object.keys(soldOut ?? {})) onMenu(`/turns/${index}/soldOut/${id}`, id, [items, options]);
  }
  for (const [index, order] of expect.orders.entries()) cart(`/expect/orders/${index}/cart`, order.cart);
  cart("/expect/draft", expect.draft ?? []);
}
