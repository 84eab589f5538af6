/**
 * A menu as a CSV file that a spreadsheet opens: one row for each category, group, option and item, in any order but
 * that lists keep theirs. Comma, semicolon or tab, "12,50" or "12.50", with or without byte order mark.
 *
 *     type,id,parent,name,name:en,description,gender,price,tax,allergens,groups,min,max,available
 *     category,pizzas,,Pizzas,Pizzas,,,,,,,,,
 *     group,size,,Taille,Size,,,,,,,1,1,
 *     option,size-large,size,Grande,Large,,,"3,00",,,,,,
 *     item,margherita,pizzas,Margherita,,"Tomate, mozzarella",f,"11,50",10,gluten milk,size,,,Mo 11:30-14:00 Tu 11:30-14:00
 *
 * `allergens`: words with spaces between, `none` for none, empty when nobody has said. `available`: a window after the other,
 * "Mo-Fr 11:30-14:00" is five.
 */
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import type { Allergen, Menu, MenuProblem } from "../../api/menu.ts";
import { formatWindows, parseWindows } from "./week-text.ts";

const COLUMNS = [
  "type",
  "id",
  "parent",
  "name",
  "description",
  "gender",
  "price",
  "tax",
  "allergens",
  "groups",
  "min",
  "max",
  "available",
] as const;
type Column = (typeof COLUMNS)[number];
type Cells = Partial<Record<string, string>>;

export function menuToCsv(menu: Menu): string {
  const languages = [
    ...new Set(
      [...menu.categories, ...menu.items, ...menu.groups, ...menu.groups.flatMap(({ options }) => options)].flatMap(
        ({ names }) => Object.keys(names),
      ),
    ),
  ].sort();
  const header = COLUMNS.flatMap((column) =>
    column === "name" ? ["name", ...languages.map((language) => `name:${language}`)] : [column],
  );
  const row = (cells: Partial<Record<Column, string>>, names: Record<string, string>): string[] =>
    header.map((column) =>
      inert(column.startsWith("name:") ? (names[column.slice(5)] ?? "") : (cells[column as Column] ?? "")),
    );
  return stringify(
    [
      header,
      ...menu.categories.map(({ id, name, names, available }) =>
        row({ type: "category", id, name, available: formatWindows(available) }, names),
      ),
      ...menu.groups.flatMap(({ id, name, names, min, max, options }) => [
        row({ type: "group", id, name, min: String(min), max: String(max) }, names),
        ...options.map((option) =>
          row(
            {
              type: "option",
              id: option.id,
              parent: id,
              name: option.name,
              price: formatPrice(option.priceCents),
              allergens: formatAllergens(option.allergens),
            },
            option.names,
          ),
        ),
      ]),
      ...menu.items.map((item) =>
        row(
          {
            type: "item",
            id: item.id,
            parent: item.categoryId,
            name: item.name,
            description: item.description,
            gender: item.gender ?? "",
            price: formatPrice(item.priceCents),
            tax: String(item.taxRate / 100),
            allergens: formatAllergens(item.allergens),
            groups: item.groupIds.join(" "),
            available: formatWindows(item.available),
          },
          item.names,
        ),
      ),
    ],
    { bom: true },
  );
}

export interface CsvMenu {
  /** As the rows say; still to be judged by the schema and `checkMenu`. */
  menu: Menu;
  problems: MenuProblem[];
  /** JSON pointer of each part → its line in the file. */
  lines: Map<string, number>;
}

/** Reads what can be read and tells of everything that cannot, by line (the header is line 1). */
export function menuFromCsv(text: string): CsvMenu {
  const menu: Menu = { categories: [], items: [], groups: [] };
  const problems: MenuProblem[] = [];
  const lines = new Map<string, number>();
  let rows: Row[];
  try {
    rows = readRows(text, problems);
  } catch (error) {
    const line = (error as { lines?: number }).lines ?? 1;
    return { menu, lines, problems: [{ line, at: "", code: "not_csv", message: (error as Error).message }] };
  }
  // Groups first: options stand in them, wherever their rows are.
  const order = ["category", "group", "option", "item"];
  for (const { line, cells } of rows) {
    if (!order.includes(cells.type ?? "")) {
      problems.push({ line, at: "type", code: "unknown_type", message: `the type is one of ${order.join(", ")}` });
    }
  }
  for (const type of order) {
    for (const row of rows.filter(({ cells }) => cells.type === type)) {
      const reader = rowReader(row.line, row.cells, problems);
      addRow(menu, type, reader, (pointer) => lines.set(pointer, row.line));
    }
  }
  return { menu, problems, lines };
}

interface Row {
  line: number;
  cells: Cells;
}

/** What Excel writes first to say what stands between the cells. */
const SEPARATOR_LINE = /^\ufeff?sep=([,;\t])(?=\r?\n)/i;

/** No rows when the header has problems: they would be told again for each row. */
function readRows(text: string, problems: MenuProblem[]): Row[] {
  const lines = text.split(/\r\n|\r|\n/);
  const separator = SEPARATOR_LINE.exec(text);
  const firstLine = lines.slice(separator ? 1 : 0).find((line) => line.trim() !== "") ?? "";
  // Whichever of them stands most often in the header.
  const delimiter =
    separator?.[1] ??
    [",", ";", "\t"].reduce((best, one) => (firstLine.split(one).length > firstLine.split(best).length ? one : best));
  const records = parse(separator ? text.slice(separator[0].length) : text, {
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    // The library's types do not know what `info` adds.
  }) as unknown as { record: string[]; info: { lines: number } }[];
  const [head, ...rest] = records;
  if (!head) throw Object.assign(new Error("the file is empty"), { lines: 1 });
  const header = head.record.map((cell) => cell.toLowerCase());
  if (!header.includes("type")) throw Object.assign(new Error("there is no column type"), { lines: 1 });
  const wrong = headerProblems(header).map((problem) => ({ ...problem, line: head.info.lines }));
  problems.push(...wrong);
  if (wrong.length > 0) return [];
  let before = head.info.lines;
  return rest.flatMap(({ record, info }) => {
    // `lines` is where a record ends; a quoted cell may span several, and people look for its first.
    let line = before + 1;
    while (line < info.lines && (lines[line - 1] ?? "").trim() === "") line++;
    before = info.lines;
    if (record.every((cell) => cell === "")) return [];
    const cells: Cells = Object.fromEntries(header.map((column, index) => [column, restored(record[index] ?? "")]));
    if (record.slice(header.length).some((cell) => cell !== "")) {
      problems.push({ line, at: "", code: "extra_cell", message: "there are more cells than columns" });
    }
    if (record.some((cell) => cell.includes("\ufffd"))) {
      problems.push({ line, at: "", code: "bad_letters", message: "letters are broken: save the file as UTF-8" });
    }
    return [{ line, cells: { ...cells, type: (cells.type ?? "").toLowerCase() } }];
  });
}

function headerProblems(header: readonly string[]): Omit<MenuProblem, "line">[] {
  const isKnown = (column: string) =>
    (COLUMNS as readonly string[]).includes(column) || /^name:[a-z]{2}$/.test(column) || column === "";
  const strange = header.filter((column) => !isKnown(column));
  const twice = header.filter((column, index) => column !== "" && header.indexOf(column) !== index);
  const absent = ["id", "name"].filter((column) => !header.includes(column));
  return [
    ...strange.map((at) => ({ at, code: "unknown_column", message: `unknown column ${at}` })),
    ...twice.map((at) => ({ at, code: "doubled_column", message: `the column ${at} is there twice` })),
    ...absent.map((at) => ({ at, code: "missing_column", message: `there is no column ${at}` })),
  ];
}

type Reader = ReturnType<typeof rowReader>;

function rowReader(line: number, cells: Cells, problems: MenuProblem[]) {
  const problem = (at: string, code: string, message: string): void => {
    problems.push({ line, at, code, message });
  };
  const text = (column: Column): string => cells[column] ?? "";
  return {
    problem,
    text,
    names: (): Record<string, string> =>
      Object.fromEntries(
        Object.entries(cells).flatMap(([column, cell]) =>
          column.startsWith("name:") && cell ? [[column.slice(5), cell]] : [],
        ),
      ),
    price: (): number => {
      const cents = parsePrice(text("price"));
      if (cents === null) problem("price", "bad_price", `"${text("price")}" is no price such as 12,50`);
      return cents ?? 0;
    },
    whole: (column: Column, otherwise: number): number => {
      if (text(column) === "") return otherwise;
      if (/^\d{1,4}$/.test(text(column))) return Number(text(column));
      problem(column, "bad_number", `"${text(column)}" is no whole number`);
      return otherwise;
    },
    taxRate: (): number => {
      const match = /^(\d{1,2})(?:[.,](\d{1,2}))?\s*%?$/.exec(text("tax"));
      if (!match) problem("tax", "bad_tax", `"${text("tax")}" is no tax rate such as 5,5`);
      return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : 0;
    },
    // Whether the words are allergens is the schema's to say.
    allergens: (): Allergen[] | null => {
      const cell = text("allergens").toLowerCase();
      if (cell === "") return null;
      return cell === "none" ? [] : (cell.split(/[\s,;|/]+/) as Allergen[]);
    },
    windows: () => {
      const windows = parseWindows(text("available"));
      if (windows === null)
        problem("available", "bad_hours", `"${text("available")}" is not like Mo 11:30-14:00 or Mo-Fr 11:30-14:00`);
      return windows ?? [];
    },
  };
}

function addRow(menu: Menu, type: string, row: Reader, note: (pointer: string) => void): void {
  const common = { id: row.text("id"), name: row.text("name"), names: row.names() };
  switch (type) {
    case "category":
      note(`/categories/${menu.categories.length}`);
      menu.categories.push({ ...common, available: row.windows() });
      return;
    case "group":
      note(`/groups/${menu.groups.length}`);
      menu.groups.push({ ...common, min: row.whole("min", 0), max: row.whole("max", 1), options: [] });
      return;
    case "option": {
      const at = menu.groups.findIndex(({ id }) => id === row.text("parent"));
      const group = menu.groups[at];
      if (!group) {
        row.problem("parent", "unknown_group", `there is no group "${row.text("parent")}"`);
        return;
      }
      note(`/groups/${at}/options/${group.options.length}`);
      const priceCents = row.text("price") === "" ? 0 : row.price();
      group.options.push({ ...common, priceCents, allergens: row.allergens() });
      return;
    }
    case "item": {
      note(`/items/${menu.items.length}`);
      const gender = row.text("gender").toLowerCase();
      if (!["", "m", "f"].includes(gender)) row.problem("gender", "bad_gender", "the gender is m, f or empty");
      menu.items.push({
        ...common,
        categoryId: row.text("parent"),
        description: row.text("description"),
        gender: gender === "m" || gender === "f" ? gender : null,
        priceCents: row.price(),
        taxRate: row.taxRate(),
        allergens: row.allergens(),
        groupIds: row
          .text("groups")
          .split(/[\s,;|/]+/)
          .filter(Boolean),
        available: row.windows(),
      });
    }
  }
}

function formatPrice(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

/** "12", "12,5", "12.50", "12,50 €", "€12.50", "12€50", "1 050,00 euros" → cents; null for anything else. */
function parsePrice(text: string): number | null {
  // JavaScript's \s is any space: spreadsheets put a narrow one that does not break between thousands.
  const match = /^(?:€\s*)?(\d{1,5}|\d{1,2}\s\d{3})(?:[.,](\d{1,2})|\s?€\s?(\d{2}))?\s*(?:€|EUR|euros?)?$/i.exec(text);
  if (!match) return null;
  const [, whole = "", cents = match[3] ?? ""] = match;
  return Number(whole.replace(/\s/, "")) * 100 + Number(cents.padEnd(2, "0"));
}

function formatAllergens(allergens: readonly Allergen[] | null): string {
  if (allergens === null) return "";
  return allergens.length === 0 ? "none" : allergens.join(" ");
}

/** A spreadsheet would run a cell that starts like a formula (OWASP: CSV injection). */
function inert(cell: string): string {
  return /^[=+\-@\t']/.test(cell) ? `'${cell}` : cell;
}

function restored(cell: string): string {
  return /^'[=+\-@\t']/.test(cell) ? cell.slice(1) : cell;
}
