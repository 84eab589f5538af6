/** Menus in and out of files. A file is taken whole or not at all; what is wrong is told by line. */
import { Check, Errors } from "typebox/value";
import { Menu, type MenuFormat, type MenuProblem } from "../../api/menu.ts";
import { checkMenu } from "./check-menu.ts";
import { menuFromCsv, menuToCsv } from "./menu-csv.ts";

const MOST_PROBLEMS = 100;

export function writeMenu(menu: Menu, format: MenuFormat): string {
  return format === "csv" ? menuToCsv(menu) : `${JSON.stringify(menu, null, 2)}\n`;
}

/** `menu` is null when there are problems. */
export function readMenu(text: string, format: MenuFormat): { menu: Menu | null; problems: MenuProblem[] } {
  if (format === "csv") {
    const { menu, problems, lines } = menuFromCsv(text);
    const more = judge(menu).map((problem) => ({ ...problem, line: lineOf(problem.at, lines) }));
    const all = [...problems, ...more].slice(0, MOST_PROBLEMS);
    return { menu: all.length === 0 ? menu : null, problems: all.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const problem = { line: lineOfJsonError(text, error), at: "", code: "not_json", message: "this is not valid JSON" };
    return { menu: null, problems: [problem] };
  }
  const problems = judge(value).slice(0, MOST_PROBLEMS);
  return { menu: problems.length === 0 ? (value as Menu) : null, problems };
}

/** By the schema first; a menu of the wrong shape is not looked into any further. */
function judge(value: unknown): MenuProblem[] {
  if (Check(Menu, value)) return checkMenu(value);
  const problems = new Map<string, MenuProblem>();
  for (const { instancePath, message } of Errors(Menu, value)) {
    if (problems.has(instancePath)) continue;
    const code = codeOf(instancePath);
    problems.set(instancePath, {
      line: null,
      at: instancePath,
      code,
      message: `${instancePath || "the menu"} ${message}`,
    });
  }
  return [...problems.values()];
}

function codeOf(pointer: string): string {
  const field = pointer.split("/").findLast((part) => Number.isNaN(Number(part))) ?? "";
  switch (field) {
    case "id":
    case "categoryId":
    case "groupIds":
      return "bad_id";
    case "name":
    case "names":
      return "bad_name";
    case "priceCents":
      return "bad_price";
    case "taxRate":
      return "bad_tax";
    case "allergens":
      return "bad_allergen";
    default:
      return "bad_value";
  }
}

/** The line of the nearest part that has one: /items/3/name → that of /items/3. */
function lineOf(pointer: string, lines: ReadonlyMap<string, number>): number {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const line = lines.get(at);
    if (line !== undefined) return line;
  }
  return 1;
}

/** V8 tells a position, or a few characters around it; a text that stops early is wrong in its last line. */
function lineOfJsonError(text: string, error: unknown): number {
  const { message } = error as Error;
  const position = /position (\d+)/.exec(message)?.[1];
  const around = /(?:\.\.\.|, )"(.*?)"(?:\.\.\.)? is not valid JSON/s.exec(message)?.[1];
  const at =
    position !== undefined ? Number(position) : around === undefined ? -1 : text.indexOf(around) + around.length / 2;
  return text.slice(0, at < 0 ? text.length : at).split("\n").length;
}
