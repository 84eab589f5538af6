/** Menus in and out of files. A file is taken whole or not at all; what is wrong is told by line. */
import { Check, Errors } from "typebox/value";
import { Allergen, Menu, type MenuFormat, type MenuProblem } from "../../api/menu.ts";
import { checkMenu } from "./check-menu.ts";
import { jsonLines, lineAt } from "./json-lines.ts";
import { menuFromCsv, menuToCsv } from "./menu-csv.ts";

const MOST_PROBLEMS = 100;

export function writeMenu(menu: Menu, format: MenuFormat): string {
  return format === "csv" ? menuToCsv(menu) : `${JSON.stringify(menu, null, 2)}\n`;
}

/** `menu` is null when there are problems. */
export function readMenu(text: string, format: MenuFormat): { menu: Menu | null; problems: MenuProblem[] } {
  if (format === "csv") {
    const { menu, problems, lines } = menuFromCsv(text);
    return read(menu, [...problems, ...judge(menu, lines), ...(problems.length === 0 ? nothingIn(menu) : [])]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    const line = jsonLines(text).brokenIn ?? 1;
    return read(null, [{ line, at: "", code: "not_json", message: "this is not valid JSON" }]);
  }
  return read(value as Menu, judge(value, jsonLines(text).lines));
}

/** A file of headings alone would take the whole menu away. */
function nothingIn({ categories, items, groups }: Menu): MenuProblem[] {
  if (categories.length + items.length + groups.length > 0) return [];
  return [{ line: 1, at: "", code: "empty_menu", message: "there is nothing in the file" }];
}

function read(menu: Menu | null, problems: readonly MenuProblem[]): { menu: Menu | null; problems: MenuProblem[] } {
  const told = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, MOST_PROBLEMS);
  return { menu: told.length === 0 ? menu : null, problems: told };
}

/** By the schema first; a menu of the wrong shape is not looked into any further. */
function judge(value: unknown, lines: ReadonlyMap<string, number>): MenuProblem[] {
  if (Check(Menu, value)) return checkMenu(value).map((problem) => ({ ...problem, line: lineAt(problem.at, lines) }));
  const problems = new Map<string, MenuProblem>();
  for (const { at, code, message } of Errors(Menu, value).flatMap(found)) {
    if (problems.has(at)) continue;
    const words = `${at || "the menu"} ${wordsOf(at, message)}`;
    problems.set(at, { line: lineAt(at, lines), at, code, message: words });
  }
  return [...problems.values()];
}

type SchemaError = ReturnType<typeof Errors>[number];

/** Whoever mends a file looks for the field itself, also when it is not there. */
function found(error: SchemaError): Pick<MenuProblem, "at" | "code" | "message">[] {
  const { instancePath: at, message } = error;
  switch (error.keyword) {
    case "required":
      return error.params.requiredProperties.map((name) => ({
        at: `${at}/${name}`,
        code: "missing_field",
        message: "is missing",
      }));
    case "additionalProperties":
      return error.params.additionalProperties.map((name) => ({
        at: `${at}/${name}`,
        code: "unknown_field",
        message: "is no field of a menu",
      }));
    // Each unknown field once more.
    case "boolean":
      return [];
    case "maxItems":
      return [{ at, code: "too_many", message }];
    case "minItems":
      return [{ at, code: "no_option", message }];
    default:
      return [{ at, code: codeOf(at), message }];
  }
}

/** Of a choice of words the schema only says that none of them is there, and of an amount not what it counts. */
function wordsOf(pointer: string, message: string): string {
  if (pointer.endsWith("/taxRate")) return `${message}: hundredths of a percent, 550 is 5.5 %`;
  if (pointer.endsWith("/priceCents")) return `${message}: cents, 1250 is 12.50`;
  if (!/\/allergens\/\d+$/.test(pointer)) return message;
  return `must be one of ${Allergen.anyOf.map((word) => word.const).join(", ")}`;
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
