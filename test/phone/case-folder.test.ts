/** What people write wrong in a folder of golden calls is told in one sentence, with the file and the line. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import { readOptions } from "../bench/ordering-options.ts";
import { labFolder } from "../lab/folder.ts";
import { CaseError, readCaseFolder } from "./case-folder.ts";
import { openingOf } from "./case-hours.ts";

const BENCH = join(import.meta.dirname, "../bench/ordering.ts");
const CASE = `{
  "title": "A drink",
  "voice": { "name": "fr" },
  "turns": [
    { "caller": "Un coca.", "model": [{ "tool": "add_item", "args": { "item_id": "cola", "quantity": 1 } }] },
    { "caller": "Oui.", "soldOut": { "reine": true } }
  ],
  "expect": {
    "orders": [
      { "cart": [{ "item": "cola", "quantity": 1 }],
        "totalCents": 330 }
    ]
  }
}
`;

function folderOf(t: { after(done: () => void): void }, files: Record<string, string>): string {
  const folder = labFolder("cases");
  t.after(() => folder.remove());
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  return folder.path;
}

for (const [what, from, to, message] of [
  ["stops being JSON", '"voice": {', '"voice" {', "a.json:3: this is not valid JSON"],
  ["has a field that there is not", '"caller": "Oui."', '"callr": "Oui."', 'a.json:6: /turns/1 has no field "callr"'],
  ["lacks a field", '"title": "A drink",', "", 'a.json:1: the case has no "title"'],
  ["has no turns", /"turns": \[[\s\S]*?\n {2}\],/, '"turns": [],', "a.json:4: /turns must not have fewer than 1 items"],
  [
    "counts in halves",
    '"quantity": 1 }],',
    '"quantity": 1.5 }],',
    "a.json:10: /expect/orders/0/cart/0/quantity must be integer",
  ],
  ["has a total in euros", "330", "3.30", "a.json:11: /expect/orders/0/totalCents must be integer"],
  [
    "has an act of no kind",
    '{ "tool": "add_item",',
    '{ "tol": "add_item",',
    'a.json:5: "model" is a list of {"tool": …, "args": …} and {"say": …}, or of lists of these',
  ],
  ["names a codec of others", '"voice":', '"codec": "g729", "voice":', 'a.json:3: /codec must be "pcma" or "pcmu"'],
  [
    "names a voice that is not there",
    '"name": "fr"',
    '"name": "marseille"',
    'a.json:3: espeak-ng has no voice "marseille"',
  ],
  [
    "names a menu that is not there",
    '"voice":',
    '"menu": "carte.csv", "voice":',
    "a.json:3: there is no file carte.csv",
  ],
  ["expects what is not on the menu", '"item": "cola"', '"item": "kola"', 'a.json:10: there is no "kola" on the menu'],
  ["sells out what is not on the menu", '"reine": true', '"renne": true', 'a.json:6: there is no "renne" on the menu'],
  ["says nothing that can be spoken", '"caller": "Oui."', '"caller": "…"', "a.json:6: nothing of it can be spoken"],
] satisfies [string, string | RegExp, string, string][]) {
  test(`a case that ${what} is refused with its line`, (t) => {
    const text = CASE.replace(from, to);
    assert.notEqual(text, CASE);
    const folder = folderOf(t, { "a.json": text });
    assert.throws(
      () => readCaseFolder(folder),
      (error) => {
        assert.ok(error instanceof CaseError, String(error));
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

for (const [what, files, message] of [
  [
    "a CSV menu",
    { "carte.csv": "type,id,parent,name,price,tax\ncategory,p,,Pizzas\nitem,reine,p,Reine,douze,10\n" },
    /: carte\.csv:3: "douze" is no price/,
  ],
  [
    "a JSON menu",
    { "carte.csv": "", "menu.json": JSON.stringify({ ...SAMPLE_MENU, items: [{ id: "Ä" }] }, null, 1) },
    /: menu\.json:\d+: /,
  ],
] satisfies [string, Record<string, string>, RegExp][]) {
  test(`what is wrong in ${what} is told by the menu's own line`, (t) => {
    const text = what.includes("CSV") ? CASE.replace('"voice":', '"menu": "carte.csv", "voice":') : CASE;
    const folder = folderOf(t, { ...files, "a.json": text });
    assert.throws(() => readCaseFolder(folder), message);
  });
}

test("everything that is wrong is told at once, in each case and each menu, and nothing twice", (t) => {
  const bad = CASE.replace(
    '"voice": { "name": "fr" },',
    '"menu": "carte.csv", "voice": { "name": "marseille" }, "hours": "always",',
  ).replace('"caller": "Oui."', '"caller": "…", "beside": { "says": "!" }');
  const folder = folderOf(t, {
    "a.json": bad,
    "b.json": CASE.replace(
      '"voice": { "name": "fr" },',
      '"menu": "carte.csv", "holidays": [{ "day": "Noël", "open": "noon" }],',
    ),
    "c.json": CASE.replace('"title": "A drink",', ""),
    "d.json": CASE.replaceAll("cola", "kola").replace("reine", "renne"),
    "e.json": "{",
    "f.json": CASE.replace('"voice": { "name": "fr" },', '"hours": [[30, -30]], "voice": { "name": "fr" },'),
    "carte.csv":
      "type,id,parent,name,price,tax\ncategory,p,,Pizzas\nitem,reine,p,Reine,douze,10\nitem,cola,p,Cola,3,none\n",
    "soir.csv": "type,id\n",
    "calls.yaml": "title: nothing",
  });
  assert.throws(
    () => readCaseFolder(folder),
    (error: Error) => {
      assert.deepEqual(
        error.message.split("\n").map((line) => line.replace(/: .*/, "")),
        [
          ...["a.json:3", "a.json:6", "a.json:3"],
          ...["carte.csv:3", "carte.csv:4"],
          ...["b.json:3", "b.json:3"],
          ...["c.json:1", "d.json:6", "d.json:10", "e.json:1", "f.json:3"],
        ],
        error.message,
      );
      return true;
    },
  );
});

test("a broken menu that no case has, and a file that nobody looks at, are noted", (t) => {
  const folder = folderOf(t, {
    "a.json": CASE,
    "soir.csv": "type,id\n",
    "calls.yaml": "title: nothing",
    "README.md": "",
  });
  assert.deepEqual(
    readCaseFolder(folder).notes.map((note) => note.replace(/: .*\(/, ": (")),
    ["soir.csv:1: (no case has this menu)", "calls.yaml: neither JSON nor CSV, not looked at"],
  );
});

test("a file is read as the panel reads one: a table saved as Windows-1252 or UTF-16 is the same menu", (t) => {
  const csv = "type,id,parent,name,price,tax\ncategory,p,,Pâtes\nitem,cola,p,Pâté à l'œuf,3,10\n";
  const text = CASE.replace('"voice":', '"menu": "carte.csv", "voice":').replace(
    '"soldOut": { "reine": true }',
    '"silenceMs": 1',
  );
  for (const bytes of [
    Buffer.from(csv.replace("œ", "\x9c"), "latin1"),
    Buffer.from(`\uFEFF${csv}`, "utf16le"),
    Buffer.from(csv),
  ]) {
    const folder = folderOf(t, { "a.json": text });
    writeFileSync(join(folder, "carte.csv"), bytes);
    const { cases, menuOf } = readCaseFolder(folder);
    assert.equal(cases[0] && menuOf(cases[0]).menu.items[0]?.name, "Pâté à l'œuf");
  }
});

test("what is no file of a case's size is said to be none, beside everything else, and nothing waits for it", (t) => {
  const folder = folderOf(t, {
    "a.json": CASE,
    "large.json": CASE.replace("A drink", "x".repeat(10_000_000)),
    "z.json": "{",
  });
  symlinkSync(join(folder, "gone.json"), join(folder, "link.json"));
  execFileSync("mkfifo", [join(folder, "pipe.json")]);
  assert.throws(() => readCaseFolder(folder), {
    message: [
      "large.json: 10.1 MB are too much, a case or a menu has 1.2 MB at most",
      "link.json: it is a link to nothing",
      "pipe.json: it is no file",
      "z.json:1: this is not valid JSON",
    ].join("\n"),
  });
});

test("hours around the call are windows of the week in Paris, over its end as two; holidays are dates there", () => {
  // Sunday 29 November 2026, 23:30 in Paris.
  const lateOnSunday = Date.UTC(2026, 10, 29, 22, 30);
  const of = (more: object) => openingOf({ ...JSON.parse(CASE), id: "a", ...more }, lateOnSunday);
  assert.deepEqual(of({ hours: [[-60, 45]] }).hours, [
    { fromMinute: 0, toMinute: 15 },
    { fromMinute: 6 * 1440 + 1350, toMinute: 10_080 },
  ]);
  assert.deepEqual(of({ hours: "Mo-Tu 11:30-14:00" }).hours, [
    { fromMinute: 690, toMinute: 840 },
    { fromMinute: 2130, toMinute: 2280 },
  ]);
  assert.deepEqual(of({ holidays: [{ day: "today" }, { day: "tomorrow", open: "12:00-14:00" }] }).holidays, [
    { date: "2026-11-29", label: "", open: [] },
    { date: "2026-11-30", label: "", open: [{ fromMinute: 720, toMinute: 840 }] },
  ]);
  assert.deepEqual(of({}), { hours: [], holidays: [] });
});

test("a folder may hold menus of any name and a mark at the file's beginning; a total that the menu does not make is noted", (t) => {
  const folder = folderOf(t, {
    "a.json": `\uFEFF${CASE}`,
    "b.json": CASE.replace("330", "335"),
    "carte-du-soir.json": JSON.stringify(SAMPLE_MENU),
  });
  const { cases, notes } = readCaseFolder(folder);
  assert.deepEqual(
    cases.map(({ id }) => id),
    ["a", "b"],
  );
  assert.deepEqual(notes, ["b.json:11: 335 is expected, but the menu makes 330 of this cart"]);
});

test("a cart that the menu cannot make, and a line of a dish that there is not, are noted", (t) => {
  const order = (cart: object[], totalCents: number) => ({ orders: [{ cart, totalCents }] });
  const line = (item: string, options: string[] = []) => ({ item, quantity: 1, options });
  const turns = [{ caller: "Non.", model: [{ tool: "remove_line", args: { line: "$renne" } }] }];
  const write = (expect: object) => JSON.stringify({ title: "x", turns, expect });
  const folder = folderOf(t, {
    "a.json": write(order([line("cola", ["taille-normale"])], 330)),
    "b.json": write(order([line("reine")], 1250)),
    "c.json": write(order([line("reine", ["taille-normale", "taille-grande"])], 1550)),
  });
  assert.deepEqual(readCaseFolder(folder).notes, [
    'a.json:1: "$renne" is no dish of the menu',
    'a.json:1: "cola" has no choice "taille-normale"',
    'b.json:1: "$renne" is no dish of the menu',
    'b.json:1: "reine" needs 1 to 1 of "taille"',
    'c.json:1: "$renne" is no dish of the menu',
    'c.json:1: "reine" needs 1 to 1 of "taille"',
  ]);
});

test("what the bench is asked for and cannot do is said in a sentence", (t) => {
  const empty = folderOf(t, {});
  for (const [args, said] of [
    [["--calls", empty], `${empty}: there is no case in it (a JSON file with "turns" and "expect")`],
    [["--calls", `${empty}/none`], `${empty}/none: there is no such folder`],
    [["--calls", BENCH], `${BENCH}: it is no folder (name the folder that the cases are in)`],
    [["--only", "nobody"], "--only nobody: no case is called so"],
    [["--at-once", "many"], "--at-once many: a whole number from 1 to 20"],
    [["--replay", empty], `${empty}: there is no recording of any of the cases`],
    [["--replay", empty, "--record", empty], "--record and --replay exclude each other"],
  ] as const) {
    assert.throws(() => readOptions(args, {}), { message: said });
  }
  assert.throws(() => readOptions(["--dance"], {}), /Unknown option '--dance'/);
});

test("the bench says what is wrong in one line and ends with 1, before it starts anything", async (t) => {
  const folder = folderOf(t, { "a.json": CASE.replace("330", "true") });
  const run = promisify(execFile)(process.execPath, ["--no-warnings", BENCH, "--calls", folder]);
  await assert.rejects(run, { code: 1, stderr: "bench: a.json:11: /expect/orders/0/totalCents must be integer\n" });
});
