/**
 * A folder of cases and menus, looked through before anything is played: whatever is wrong in it is one sentence with its
 * file and line. JSON files with `turns` are cases, those with `items` are menus; CSV files are menus.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Value } from "typebox/value";
import type { Menu } from "../../bridge/src/api/menu.ts";
import { jsonLines, lineAt } from "../../bridge/src/ordering/menu/json-lines.ts";
import { readMenu } from "../../bridge/src/ordering/menu/menu-file.ts";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import { textOf } from "../../panel/src/admin/components/read-text.ts";
import { CallCase, type CartLine, type NamedCase } from "./call-case.ts";
import { doubtsAbout } from "./case-doubts.ts";
import { hoursProblems } from "./case-hours.ts";

/** The message is for whoever wrote the files: one line for each thing that is wrong. */
export class CaseError extends Error {}

/** More than anybody writes: what the panel takes of a menu. */
const MOST_BYTES = 1_200_000;

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

/** Throws a CaseError with everything that cannot be played. */
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
  const problems = new Set<string>();
  /** What is wrong is kept, each once: two cases may have the same broken menu. */
  const tried = <T>(work: () => T, told: (line: string) => unknown): T | null => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CaseError)) throw error;
      for (const line of error.message.split("\n")) told(line);
      return null;
    }
  };
  const files = filesOf(folder);
  const cases = files.json.flatMap((file) => {
    const read = tried(
      () => readCase(folder, file),
      (line) => problems.add(line),
    );
    if (!read) return [];
    const { script, lines } = read;
    const line = ({ at, sentence }: Finding): string => `${file}:${lineAt(at, lines)}: ${sentence}`;
    for (const found of [...faultsOf(script, folder), ...hoursProblems(script)]) problems.add(line(found));
    const isThere = script.menu === undefined || existsSync(join(folder, script.menu));
    const menu = isThere
      ? tried(
          () => menuOf(script).menu,
          (told) => problems.add(told),
        )
      : null;
    if (menu === null) return [];
    for (const found of strangersTo(menu, script)) problems.add(line(found));
    notes.push(...doubtsAbout(script, menu).map(line));
    return [script];
  });
  if (problems.size > 0) throw new CaseError([...problems].join("\n"));
  for (const file of files.menus.filter((name) => !menus.has(name))) {
    tried(
      () => readMenuFile(folder, file),
      (line) => notes.push(`${line} (no case has this menu)`),
    );
  }
  notes.push(...files.others.map((file) => `${file}: neither JSON nor CSV, not looked at`));
  if (cases.length === 0)
    throw new CaseError(`${folder}: there is no case in it (a JSON file with "turns" and "expect")`);
  return { cases, menuOf, notes };
}

function filesOf(folder: string): { json: string[]; menus: string[]; others: string[] } {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CaseError(`${folder}: ${code === "ENOENT" ? "there is no such folder" : notReadable(code)}`);
  }
  const ends = (...endings: string[]) => names.filter((name) => endings.some((ending) => name.endsWith(ending)));
  const json = ends(".json");
  const holds = (name: string, field: RegExp) => {
    try {
      return field.test(readFile(folder, name));
    } catch {
      // Told when it is read as a case.
      return false;
    }
  };
  const isMenu = (name: string) => holds(name, /"items"\s*:/) && !holds(name, /"turns"\s*:/);
  return {
    json,
    menus: [...ends(".csv"), ...json.filter(isMenu)],
    others: names.filter((name) => !json.includes(name) && !ends(".csv", ".md").includes(name)),
  };
}

/** Its text, as the panel reads a file that is imported; a pipe or a device would never end, and is none. */
function readFile(folder: string, file: string): string {
  const path = join(folder, file);
  try {
    const found = statSync(path);
    if (!found.isFile()) throw new CaseError(`${file}: it is no file`);
    if (found.size > MOST_BYTES) {
      const size = `${Math.ceil(found.size / 100_000) / 10} MB`;
      throw new CaseError(`${file}: ${size} are too much, a case or a menu has ${MOST_BYTES / 1_000_000} MB at most`);
    }
    return textOf(readFileSync(path));
  } catch (error) {
    if (error instanceof CaseError) throw error;
    throw new CaseError(`${file}: ${notReadable((error as NodeJS.ErrnoException).code)}`);
  }
}

/** Of a file or a folder that is there. */
function notReadable(code: string | undefined): string {
  switch (code) {
    case "EACCES":
      return "it may not be read (give yourself the right to read it)";
    case "ENOTDIR":
      return "it is no folder (name the folder that the cases are in)";
    case "ENOENT":
      return "it is a link to nothing";
    default:
      return `it cannot be read (${code})`;
  }
}

/** Something wrong, and where in the case. */
interface Finding {
  at: string;
  sentence: string;
}

/** A case and where its parts stand. */
interface ReadCase {
  script: NamedCase;
  lines: ReadonlyMap<string, number>;
}

/** null: it is a menu. */
function readCase(folder: string, file: string): ReadCase | null {
  const text = readFile(folder, file);
  const { lines, brokenIn } = jsonLines(text);
  if (brokenIn !== null) throw new CaseError(`${file}:${brokenIn}: this is not valid JSON`);
  const value: unknown = JSON.parse(text);
  const has = (name: string) => typeof value === "object" && value !== null && name in value;
  if (has("items") && !has("turns")) return null;
  if (!has("turns") && !has("expect")) {
    throw new CaseError(`${file}:1: neither a case ("turns", "expect") nor a menu ("categories", "items", "groups")`);
  }
  if (!Value.Check(CallCase, value)) {
    const { at, sentence } = firstFault(value);
    throw new CaseError(`${file}:${lineAt(at, lines)}: ${sentence}`);
  }
  return { script: { ...value, id: file.replace(/\.json$/, "") }, lines };
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
  const text = readFile(folder, file);
  const { menu, problems } = readMenu(text, format);
  if (menu === null) {
    throw new CaseError(problems.map(({ line, message }) => `${file}:${line ?? 1}: ${message}`).join("\n"));
  }
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

/** Voices and files that are not there, words that nobody can speak. */
function faultsOf({ menu, voice, turns }: NamedCase, folder: string): Finding[] {
  const voices = [
    { at: "/voice/name", name: voice?.name },
    ...turns.map(({ beside }, index) => ({ at: `/turns/${index}/beside/voice/name`, name: beside?.voice?.name })),
  ];
  const words = turns.flatMap(({ caller, beside }, index) => [
    { at: `/turns/${index}/caller`, text: caller },
    { at: `/turns/${index}/beside/says`, text: beside?.says },
  ]);
  return [
    ...(menu !== undefined && !existsSync(join(folder, menu))
      ? [{ at: "/menu", sentence: `there is no file ${menu}` }]
      : []),
    ...voices
      .filter(({ name }) => name !== undefined && !hasVoice(name))
      .map(({ at, name }) => ({ at, sentence: `espeak-ng has no voice "${name}"` })),
    ...words
      .filter(({ text }) => text !== undefined && !/[\p{L}\p{N}]/u.test(text))
      .map(({ at }) => ({ at, sentence: "nothing of it can be spoken" })),
  ];
}

/** What the case names and the menu does not have. */
function strangersTo(menu: Menu, { soldOut = [], turns, expect }: NamedCase): Finding[] {
  const items = new Set(menu.items.map(({ id }) => id));
  const options = new Set(menu.groups.flatMap((group) => group.options.map(({ id }) => id)));
  const both = new Set([...items, ...options]);
  const cart = (at: string, lines: readonly CartLine[]) =>
    lines.flatMap((line, index) => [
      { at: `${at}/${index}/item`, id: line.item, among: items },
      ...(line.options ?? []).map((id, place) => ({ at: `${at}/${index}/options/${place}`, id, among: options })),
    ]);
  return [
    ...soldOut.map((id, index) => ({ at: `/soldOut/${index}`, id, among: both })),
    ...turns.flatMap((turn, index) =>
      Object.keys(turn.soldOut ?? {}).map((id) => ({ at: `/turns/${index}/soldOut/${id}`, id, among: both })),
    ),
    ...expect.orders.flatMap((order, index) => cart(`/expect/orders/${index}/cart`, order.cart)),
    ...cart("/expect/draft", expect.draft ?? []),
  ]
    .filter(({ id, among }) => !among.has(id))
    .map(({ at, id }) => ({ at, sentence: `there is no "${id}" on the menu` }));
}
