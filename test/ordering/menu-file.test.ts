import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Menu } from "../../bridge/src/api/menu.ts";
import { checkMenu } from "../../bridge/src/ordering/menu/check-menu.ts";
import { jsonLines } from "../../bridge/src/ordering/menu/json-lines.ts";
import { readMenu, writeMenu } from "../../bridge/src/ordering/menu/menu-file.ts";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import { formatWindows, parseWindows } from "../../bridge/src/ordering/menu/week-text.ts";
import { centsOf } from "../../panel/src/desk/money.ts";

test("the sample menu is sound, has more than forty dishes, and comes back from both kinds of file as it was", () => {
  assert.ok(SAMPLE_MENU.items.length >= 40);
  assert.deepEqual(checkMenu(SAMPLE_MENU), []);
  for (const format of ["csv", "json"] as const) {
    assert.deepEqual(readMenu(writeMenu(SAMPLE_MENU, format), format), { menu: SAMPLE_MENU, problems: [] });
  }
});

const HEAD = "type,id,parent,name,price,tax,allergens,groups,min,max";

test("a file as a French spreadsheet writes it is read: semicolons, commas in prices, a byte order mark", () => {
  const text = `\ufeff${HEAD.replaceAll(",", ";")}\r\ncategory;pizzas;;Pizzas\r\nitem;reine;pizzas;Reine;12,50 €;5,5;gluten milk;;;\r\n`;
  const { menu, problems } = readMenu(text, "csv");
  assert.deepEqual(problems, []);
  assert.deepEqual(
    menu?.items.map(({ priceCents, taxRate, allergens }) => [priceCents, taxRate, allergens]),
    [[1250, 550, ["gluten", "milk"]]],
  );
});

test("a file with tabs between its cells is read like any other", () => {
  const rows = ["type\tid\tparent\tname\tdescription\tprice\ttax", "category\tp\t\tPizzas"];
  rows.push("item\treine\tp\tReine\tTomate, jambon; fromage\t12,50\t10");
  const { menu, problems } = readMenu(rows.join("\r\n"), "csv");
  assert.deepEqual(problems, []);
  assert.deepEqual([menu?.items[0]?.priceCents, menu?.items[0]?.description], [1250, "Tomate, jambon; fromage"]);
});

test("everything that is wrong is told by its line, and nothing is taken", () => {
  const text = [
    HEAD,
    "category,pizzas,,Pizzas",
    "item,reine,pizzas,Reine,12.505,10",
    "",
    'item,calzone,pizzas,"Cal\nzone",abc,10',
    "item,reine,desserts,Reine 2,12,10",
    "item,Saumon!,pizzas,Saumon,12,10",
    "item,thon,pizzas,,12,10",
    "item,oeuf,pizzas,Œuf,12,10,plastic",
    "item,reine2,pizzas,Reine 3,12,200",
    "item,groupless,pizzas,G,12,10,,nosize",
    "option,xl,nosize,XL,1",
    "thing,x,,X",
  ].join("\n");
  const { menu, problems } = readMenu(text, "csv");
  assert.equal(menu, null);
  const at = (line: number) => problems.filter((problem) => problem.line === line).map(({ code }) => code);
  assert.deepEqual(at(3), ["bad_price"]);
  assert.ok(at(5).includes("bad_price") && at(5).includes("bad_name"));
  assert.deepEqual(at(8), ["bad_id"]);
  assert.deepEqual(at(9), ["bad_name"]);
  assert.deepEqual(at(10), ["bad_allergen"]);
  assert.deepEqual(at(11), ["bad_tax"]);
  assert.deepEqual(at(13), ["unknown_group"]);
  assert.deepEqual(at(14), ["unknown_type"]);
});

test("ids twice, unknown categories and groups are told once the rest is right", () => {
  const text = [
    HEAD,
    "category,pizzas,,Pizzas",
    "item,reine,pizzas,Reine,12,10",
    "item,reine,desserts,Reine 2,12,10,,size",
  ].join("\n");
  const { problems } = readMenu(text, "csv");
  assert.deepEqual(
    problems.map(({ line, code }) => [line, code]),
    [
      [4, "duplicate_id"],
      [4, "unknown_category"],
      [4, "unknown_group"],
    ],
  );
});

for (const [what, text, code] of [
  ["nothing", "", "not_csv"],
  ["a broken quote", `${HEAD}\nitem,a,b,"open`, "not_csv"],
  ["a page", "<html></html>", "not_csv"],
  ["columns of something else", "name,price\nA,1", "not_csv"],
] satisfies [string, string, string][]) {
  test(`a file with ${what} is refused in one line`, () => {
    assert.deepEqual(
      readMenu(text, "csv").problems.map((problem) => problem.code),
      [code],
    );
  });
}

test("Excel's first line says what stands between the cells; lines are still counted as people see them", () => {
  const { menu, problems } = readMenu("sep=;\r\ntype;id;name\r\ncategory;pizzas;Pizzas, au feu\r\n", "csv");
  assert.deepEqual([problems, menu?.categories[0]?.name], [[], "Pizzas, au feu"]);
  const wrong = readMenu("sep=;\r\ntype;id;name\r\n\r\ncategory;PIZZAS;Pizzas\r\n", "csv");
  assert.deepEqual(
    wrong.problems.map(({ line, code }) => [line, code]),
    [[4, "bad_id"]],
  );
});

for (const [what, text, ...expected] of [
  ["a column of something else", "type,id,name,colour\ncategory,a,A,red", [1, "colour", "unknown_column"]],
  ["a column twice", "type,id,name,name\ncategory,a,A,B", [1, "name", "doubled_column"]],
  ["no ids", "type,name\ncategory,A", [1, "id", "missing_column"]],
  ["a comma without quotes", "type,id,name\ncategory,a,Salades, froides", [2, "", "extra_cell"]],
  ["letters that another encoding broke", "type,id,name\ncategory,a,Cr\ufffdmes", [2, "", "bad_letters"]],
  ["its headings alone", "type,id,name\n", [1, "", "empty_menu"]],
] satisfies [string, string, ...[number, string, string][]][]) {
  test(`a file with ${what} changes nothing and says what is wrong where`, () => {
    const { menu, problems } = readMenu(text, "csv");
    assert.equal(menu, null);
    assert.deepEqual(
      problems.map(({ line, at, code }) => [line, at, code]),
      expected,
    );
  });
}

test("a file of twenty thousand lines, blank or not, holds nobody up", { timeout: 20_000 }, () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `item,i${i},p,N,1`).join("\n");
  assert.ok(readMenu(`${HEAD}\n${"\n".repeat(200_000)}${rows}`, "csv").problems.length > 0);
});

for (const [what, text, line] of [
  ["a value is missing", '{\n"items": ,\n}', 2],
  ["the same words stand before it, rightly", '{"a": 1,\n"b": [1, 2],\n"a": [1, 2,]\n}', 3],
  ["it stops early", '{"items": [\n1,\n', 3],
  ["a word has no quotes", '{\n\n"items": pizza}', 3],
  ["something follows", "{}\n\n{}", 3],
  ["a text goes on over its line", '{"a":\n"b\nc"}', 2],
  ["it is nested without end", "[".repeat(200_000), 1],
] satisfies [string, string, number][]) {
  test(`JSON that is none is refused with the line where ${what}`, () => {
    assert.deepEqual(
      readMenu(text, "json").problems.map((problem) => [problem.code, problem.line]),
      [["not_json", line]],
    );
  });
}

test("what is wrong in a menu of JSON is told by its line and its place", () => {
  const wrong = structuredClone(SAMPLE_MENU) as Menu;
  Object.assign(wrong.items[3] ?? {}, { priceCents: 12.5, id: "Été 1" });
  const text = JSON.stringify(wrong, null, 1);
  const found = readMenu(`\uFEFF${text}`, "json").problems.map(({ line, at, code }) => [line, at, code]);
  const lineOf = (part: string) => text.split("\n").findIndex((one) => one.includes(part)) + 1;
  assert.deepEqual(found, [
    [lineOf("Été 1"), "/items/3/id", "bad_id"],
    [lineOf("12.5"), "/items/3/priceCents", "bad_price"],
  ]);
  Object.assign(wrong.items[3] ?? {}, { taxRate: 5.5, id: "ete-1" });
  assert.deepEqual(
    readMenu(JSON.stringify(wrong), "json").problems.map(({ message }) => message),
    [
      "/items/3/priceCents must be integer: cents, 1250 is 12.50",
      "/items/3/taxRate must be integer: hundredths of a percent, 550 is 5.5 %",
    ],
  );
  const twice = structuredClone(SAMPLE_MENU) as Menu;
  Object.assign(twice.items[1] ?? {}, { id: twice.items[0]?.id });
  const [problem] = readMenu(JSON.stringify(twice, null, 2), "json").problems;
  assert.deepEqual([problem?.code, problem?.at], ["duplicate_id", "/items/1"]);
  assert.ok((problem?.line ?? 0) > 2);
  assert.equal(readMenu('{"__proto__": {"items": []}}', "json").menu, null);
});

test("a name that a spreadsheet would run as a formula is written so that it does not, and comes back as it was", () => {
  const menu: Menu = {
    categories: [{ id: "c", name: "=1+1", names: { en: "@cmd" }, available: [] }],
    items: [],
    groups: [],
  };
  const text = writeMenu(menu, "csv");
  assert.ok(text.includes("'=1+1") && !text.includes(",=1+1"));
  assert.deepEqual(readMenu(text, "csv").menu, menu);
});

test("hours come back from their text, whatever they are", () => {
  const window = fc
    .tuple(fc.integer({ min: 0, max: 10_079 }), fc.integer({ min: 1, max: 600 }))
    .map(([fromMinute, length]) => ({ fromMinute, toMinute: Math.min(10_080, fromMinute + length) }));
  fc.assert(fc.property(window, (one) => assert.deepEqual(parseWindows(formatWindows([one])), [one])));
  assert.equal(parseWindows("Mo 25:00-26:00"), null);
  assert.equal(parseWindows("lundi midi"), null);
  for (const no of ["Mo-Mo-Tu 11:30-14:00", "Fr-Mo 11:30-14:00", "Mo 12:00", "Mo- 11:30-14:00"])
    assert.equal(parseWindows(no), null);
});

test("every part of a JSON text has the line where it begins, whatever is in it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const { lines, brokenIn } = jsonLines(text);
      assert.equal(brokenIn, null, text);
      for (const [pointer, line] of lines) {
        const parts = pointer.split("/").slice(1);
        const names = parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
        const part = names.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value);
        const begins = JSON.stringify(part, null, indent).split("\n")[0] ?? "";
        assert.ok(text.split("\n")[line - 1]?.includes(begins), `${pointer} in ${text}`);
      }
    }),
  );
});

test("a text is JSON for the lines exactly when it is JSON", () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'{}[]:,"\\eE+-.0123 \ntruefalsn'.split("")), maxLength: 12 }),
    fc.json({ maxDepth: 2 }).chain((json) => fc.nat(json.length).map((cut) => json.slice(0, cut))),
  );
  const isJson = (one: string): boolean => {
    try {
      JSON.parse(one);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(text, (one) => assert.equal(jsonLines(one).brokenIn === null, isJson(one), one)),
    { numRuns: 5_000 },
  );
});

test("five skewers of three kinds: an option may be taken several times, so there may be fewer of them than are to be chosen", () => {
  const options = ["fromage", "poulet", "boulette"].map((id) => `option,${id},brochettes,${id}`);
  const rows = [HEAD, "category,menus,,Menus", "group,brochettes,,les brochettes,,,,,5,5", ...options];
  const { menu, problems } = readMenu([...rows, "item,b2,menus,Menu B2,13.50,10,,brochettes"].join("\n"), "csv");
  assert.deepEqual(problems, []);
  assert.deepEqual([menu?.groups[0]?.min, menu?.groups[0]?.options.length], [5, 3]);
});

test("prices, hours, allergens and words as spreadsheets write them are read, and rows of nothing but separators are none", () => {
  const head = "Type;id;parent;name;gender;price;tax;allergens;available";
  const rows = [head, "Category;p;;Pizzas;;;;;", ";;;;;;;;", "ITEM;a;p;A;F;1\u00a0050,00 €;5,5 %;gluten|milk;"];
  rows.push(
    "item;b;p;B;;€1 050.00;10;Gluten/Milk;mo 11h30–14h00",
    "item;c;p;C;;1\u202f050;20;none;Mo-Fr 11:30-14:00",
    "; ;",
  );
  const { menu, problems } = readMenu(rows.join("\r\n"), "csv");
  assert.deepEqual(problems, []);
  const lunch = [0, 1, 2, 3, 4].map((day) => ({ fromMinute: day * 1440 + 690, toMinute: day * 1440 + 840 }));
  assert.deepEqual(
    menu?.items.map(({ priceCents, gender, allergens, available }) => [priceCents, gender, allergens, available]),
    [
      [105_000, "f", ["gluten", "milk"], []],
      [105_000, null, ["gluten", "milk"], lunch.slice(0, 1)],
      [105_000, null, [], lunch],
    ],
  );
});

test("a price is read as French menus write it, and one that could be two prices is refused by its line", () => {
  const priceOf = (written: string) => {
    const { menu, problems } = readMenu(
      `type,id,parent,name,price,tax\ncategory,c,,C,,\nitem,a,c,A,"${written}",10\n`,
      "csv",
    );
    return menu?.items[0]?.priceCents ?? problems.map(({ line, code }) => `${line} ${code}`).join();
  };
  for (const written of ["12€50", "12 € 50", "12,50 euros", "12,5", "12.50", "€12.50", "12,50 EUR", "12,50\u00a0€"]) {
    assert.equal(priceOf(written), 1250, written);
    if (/^[\d ,.€\u00a0]+$/.test(written) && !written.startsWith("€")) assert.equal(centsOf(written), 1250, written);
  }
  assert.equal(priceOf("12 euro"), 1200);
  for (const written of ["12€5", "1.050,00", "1,050.00", "12,505", "-3", "1e3", "gratuit", "", "12€500"]) {
    assert.equal(priceOf(written), "3 bad_price", written);
    assert.equal(centsOf(written), null, written);
  }
});

test("a word that is no allergen is told with those that are", () => {
  const rows = [HEAD, "category,p,,Pizzas", "item,a,p,A,12,10,lait"];
  const [problem] = readMenu(rows.join("\n"), "csv").problems;
  assert.deepEqual([problem?.line, problem?.code], [3, "bad_allergen"]);
  assert.match(problem?.message ?? "", /gluten, crustaceans, .* molluscs/);
});

test("what is missing, unknown or too much is told by its field and by what a menu can hold", () => {
  const told = (text: string, format: "csv" | "json") =>
    readMenu(text, format).problems.map(({ line, at, code }) => [line, at, code]);
  const rest = {
    names: {},
    description: "",
    gender: null,
    taxRate: 1000,
    allergens: null,
    groupIds: [],
    available: [],
  };
  const item = { id: "a", categoryId: "c", name: "A", colour: "red", ...rest };
  const group = { id: "g", name: "G", names: {}, min: 0, max: 1, options: [] };
  assert.deepEqual(told(JSON.stringify({ categories: [], items: [item], groups: [group] }, null, 1), "json"), [
    [4, "/items/0/priceCents", "missing_field"],
    [8, "/items/0/colour", "unknown_field"],
    [25, "/groups/0/options", "no_option"],
  ]);
  const rows = Array.from({ length: 501 }, (_, at) => `item,i${at},p,N,1,10`);
  assert.deepEqual(told([HEAD, "category,p,,Pizzas", ...rows].join("\n"), "csv"), [[1, "/items", "too_many"]]);
  const long = `type,id,parent,name,description,price,tax\ncategory,p,,Pizzas\nitem,a,p,A,${"x".repeat(301)},1,10`;
  assert.deepEqual(told(long, "csv"), [[3, "/items/0/description", "bad_value"]]);
});
