import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Sqlite from "better-sqlite3";
import { labFolder } from "../../../test/lab/folder.ts";
import { extraStore } from "./extra-store.ts";
import { openStore } from "./store.ts";

test("many rows are put in with as many statements as one: each takes memory that is not given back at once", () => {
  const lab = labFolder("extras");
  try {
    openStore({ folder: lab.path }).close();
    const db = new Sqlite(join(lab.path, "neolia.db"));
    let prepared = 0;
    const counting = new Proxy(db, {
      get: (of, name) => {
        if (name === "prepare") prepared += 1;
        const value: unknown = Reflect.get(of, name);
        return typeof value === "function" ? value.bind(of) : value;
      },
    });
    const extras = extraStore(counting);
    const row = (n: number) => ({
      ...{ at_ms: n, site_id: "S", who: "admin", user_id: null, origin: "panel", noun: "unit", verb: "changed" },
      ...{ row_id: "U", label: `${n}`, changes: "{}", search_text: "" },
    });
    const load = (count: number) => {
      prepared = 0;
      extras.load({ audit: Array.from({ length: count }, (_, n) => row(n)) });
      return prepared;
    };
    assert.equal(load(300), load(1));
    assert.equal(extras.count("S"), 301);
    db.close();
  } finally {
    lab.remove();
  }
});
