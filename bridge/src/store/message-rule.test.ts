/** Lines of older versions get the rule by which a caller leaves a message; others stay as somebody made them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { labFolder } from "../../../test/lab/folder.ts";
import { openDatabase } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";

const older = MIGRATIONS.findIndex((migration) => migration.includes("line_without_message"));

const OLD = `
  INSERT INTO site (id, name, address, domain, time_zone) VALUES ('s', 'Home', '', 'sip.example.com', 'Europe/Paris');
  INSERT INTO provisioning (site_id, revision, live_revision) VALUES ('s', 7, 7);
  INSERT INTO building (id, site_id, name) VALUES ('b', 's', 'House');
  INSERT INTO account (id, site_id, unit_id, username, type, label, ha1, enabled, created_at_ms)
    VALUES ('a', 's', NULL, 'neolia', 'bridge', 'Neolia', '${"0".repeat(32)}', 1, 0);
`;

function rule(unit: string, position: number, action: string, target: string | null): string {
  return `INSERT INTO rule (id, site_id, unit_id, position, source_pattern, action, target_sip_uri, ring_seconds, schedule, enabled)
    VALUES ('${unit}${position}', 's', '${unit}', ${position}, 'ht841', '${action}', ${target ? `'${target}'` : "NULL"}, 15, '[]', 1);`;
}

function unit(id: string): string {
  return `INSERT INTO unit (id, site_id, building_id, kind, name, label) VALUES ('${id}', 's', 'b', 'residential', '${id}', '${id}');
    INSERT INTO line (id, site_id, unit_id, settings) VALUES ('line-${id}', 's', '${id}', '{}');`;
}

test("a line without a message rule gets one at its end, the VPS is told, and nobody else's rules change", () => {
  const folder = labFolder("message-rule");
  try {
    const bridge = "sip:neolia@sip.example.com";
    const old = openDatabase({ folder: folder.path, migrations: MIGRATIONS.slice(0, older) });
    old.db.exec(OLD + unit("old") + unit("new") + unit("people"));
    old.db.exec(rule("old", 0, "forward", bridge) + rule("old", 1, "ring", null));
    old.db.exec(rule("new", 0, "forward", bridge) + rule("new", 1, "voicemail", bridge));
    old.db.exec(rule("people", 0, "ring", null));
    old.db.exec("DELETE FROM provisioning_change");
    old.close();
    const { db, close } = openDatabase({ folder: folder.path, migrations: MIGRATIONS });
    const rules = (id: string) =>
      db
        .prepare(
          "SELECT position, action, target_sip_uri AS target, source_pattern AS source FROM rule WHERE unit_id = ? ORDER BY position",
        )
        .all(id);
    assert.deepEqual(rules("old").slice(2), [{ position: 2, action: "voicemail", target: bridge, source: "ht841" }]);
    assert.deepEqual([rules("new").length, rules("people").length], [2, 1]);
    assert.match(
      String(db.prepare("SELECT id FROM rule WHERE unit_id = 'old' AND position = 2").pluck().get()),
      /^[0-9A-HJKMNP-TV-Z]{26}$/,
    );
    assert.equal(db.prepare("SELECT revision FROM provisioning").pluck().get(), 8);
    assert.deepEqual(db.prepare("SELECT noun, name, revision FROM provisioning_change").all(), [
      { noun: "rules", name: "old", revision: 8 },
    ]);
    close();
  } finally {
    folder.remove();
  }
});
