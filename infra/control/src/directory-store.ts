/** A site's directory in directory.db: whole-directory replacement by difference, in one transaction. */
import { findConflicts } from "./directory-check.ts";
import { canonicalContent, changedHash, type DirectoryContent, hashContent } from "./directory-content.ts";
import type { Db } from "./directory-file.ts";
import { ControlFailure } from "./errors.ts";
import type { Site } from "./site-store.ts";
import type {
  DirectoryAccount,
  DirectoryPatch,
  DirectoryPut,
  DirectoryRule,
  DirectoryUnit,
  WeekWindow,
} from "./wire.ts";

/** What is stored: `DirectoryStatus` without the outcome of the log-outs. */
export interface StoredDirectory {
  domain: string;
  revision: number;
  contentHash: string;
  appliedAtMs: number;
}

export interface Replacement {
  stored: StoredDirectory;
  /** Accounts that lost their login or moved: asked for in `logout`, in the same transaction. */
  toLogOut: string[];
}

/** The rows that a change is about, by SIP name; null: all of the site. */
type Scope = { units: readonly string[]; accounts: readonly string[] } | null;

/** More conflicts than this are not listed; the first ones tell what is wrong. */
const LISTED_CONFLICTS = 50;

interface AccountRow {
  username: string;
  ha1: string;
  type: string;
  unit: string | null;
  enabled: number;
}
interface RuleRow {
  id: number;
  unit: string;
  position: number;
  source_pattern: string;
  action: string;
  target_sip_uri: string;
  ring_seconds: number;
  enabled: number;
}

export class DirectoryStore {
  private readonly db: Db;
  private readonly now: () => number;

  constructor(db: Db, now: () => number = Date.now) {
    this.db = db;
    this.now = now;
  }

  read(site: Site): StoredDirectory {
    const row = this.db
      .prepare<[string], StoredDirectory>(
        `SELECT domain, revision, content_hash AS contentHash, applied_at_ms AS appliedAtMs FROM site WHERE id = ?`,
      )
      .get(site.id);
    if (!row) throw new ControlFailure("UNAUTHORIZED", "the site was removed");
    return row;
  }

  /** True when the account exists and is enabled. */
  hasAccount(site: Site, username: string): boolean {
    return (
      this.db
        .prepare("SELECT 1 FROM subscriber WHERE domain = ? AND username = ? AND enabled = 1")
        .get(site.domain, username) !== undefined
    );
  }

  /**
   * What an enabled account of this name has: this login, or another one; `none`: there is no such account. While its old
   * login is still being logged out, the new one is not in place: who registers now would be swept away with it.
   */
  known(domain: string, { username, ha1 }: Pick<DirectoryAccount, "username" | "ha1">): "same" | "other" | "none" {
    const stored = this.db
      .prepare<[string, string], { ha1: string; leaving: 0 | 1 }>(
        `SELECT ha1, EXISTS (SELECT 1 FROM logout WHERE domain = subscriber.domain AND username = subscriber.username)
           AS leaving FROM subscriber WHERE domain = ? AND username = ? AND enabled = 1`,
      )
      .get(domain, username);
    if (!stored) return "none";
    return stored.ha1 === ha1 && stored.leaving === 0 ? "same" : "other";
  }

  /**
   * Makes the stored directory equal to `put`. Throws NAME_CONFLICT or REVISION_CONFLICT, then nothing has changed.
   * The same revision with the same content is a repetition: nothing is written and nobody logged out.
   */
  replace(site: Site, put: DirectoryPut): Replacement {
    refuseConflicts(put);
    const content = canonicalContent(put);
    const contentHash = hashContent(content);
    return this.db
      .transaction((): Replacement => {
        const current = this.read(site);
        const repeated = put.revision === current.revision && contentHash === current.contentHash;
        if (repeated) return { stored: current, toLogOut: [] };
        if (put.revision <= current.revision) {
          throw new ControlFailure("REVISION_CONFLICT", `revision ${put.revision} is not newer than the stored one`, {
            currentRevision: current.revision,
            currentContentHash: current.contentHash,
          });
        }
        const stored = { domain: site.domain, revision: put.revision, contentHash, appliedAtMs: this.now() };
        const toLogOut = contentHash === current.contentHash ? [] : this.write(site.domain, content);
        this.confirm(site, stored);
        return { stored, toLogOut };
      })
      .immediate();
  }

  /** Changes the rows that `patch` names. Throws as `replace` does; REVISION_CONFLICT too when its base is not ours. */
  patch(site: Site, patch: DirectoryPatch): Replacement {
    const { domain } = site;
    const scope = {
      units: patch.units.map(({ name }) => name),
      accounts: patch.accounts.map(({ username }) => username),
    };
    const content = canonicalContent({
      units: patch.units.flatMap(({ unit }) => unit ?? []),
      accounts: patch.accounts.flatMap(({ account }) => account ?? []),
      rules: patch.units.flatMap(({ rules }) => rules),
      clock: [],
    });
    return this.db
      .transaction((): Replacement => {
        const current = this.read(site);
        const isBase = current.revision === patch.baseRevision && current.contentHash === patch.baseContentHash;
        if (!isBase || patch.revision <= current.revision) {
          throw new ControlFailure("REVISION_CONFLICT", "the change builds on another directory than the stored one", {
            currentRevision: current.revision,
            currentContentHash: current.contentHash,
          });
        }
        refuseConflicts(this.around(domain, content, scope));
        const contentHash = changedHash(current.contentHash, this.rows(domain, scope), content);
        const toLogOut = this.write(domain, content, scope);
        const stored = { domain, revision: patch.revision, contentHash, appliedAtMs: this.now() };
        this.confirm(site, stored);
        return { stored, toLogOut };
      })
      .immediate();
  }

  private confirm(site: Site, { revision, contentHash, appliedAtMs }: StoredDirectory): void {
    this.db
      .prepare("UPDATE site SET revision = ?, content_hash = ?, applied_at_ms = ? WHERE id = ?")
      .run(revision, contentHash, appliedAtMs, site.id);
  }

  /** The changed rows together with those that they refer to or could clash with. */
  private around(domain: string, content: DirectoryContent, scope: NonNullable<Scope>): DirectoryPut {
    const names = [
      ...content.accounts.flatMap(({ username, unit }) => (unit === null ? [username] : [username, unit])),
      ...content.rules.map(({ unit }) => unit),
    ].filter((name) => !scope.units.includes(name));
    const more = this.rows(domain, {
      units: [...new Set(names)],
      accounts: scope.units.filter((name) => !scope.accounts.includes(name)),
    });
    // A neighbour's own unit is no business of this change.
    const neighbours = more.accounts.filter(({ unit }) => unit === null || scope.units.includes(unit));
    return {
      ...content,
      revision: 1,
      units: [...content.units, ...more.units],
      accounts: [...content.accounts, ...neighbours],
    };
  }

  /** Stored rows as canonical content, without the clock. */
  private rows(domain: string, scope: NonNullable<Scope>): DirectoryContent {
    const units = this.db
      .prepare<[string, string], Omit<DirectoryUnit, "doNotDisturb"> & { quiet: number }>(
        `SELECT name, kind, do_not_disturb AS quiet FROM unit WHERE domain = ? AND ${among("name")}`,
      )
      .all(domain, JSON.stringify(scope.units))
      .map(({ name, kind, quiet }) => ({ name, kind, ...(quiet === 1 && { doNotDisturb: true }) }));
    const accounts = this.db
      .prepare<[string, string], AccountRow>(
        `SELECT username, ha1, type, unit, enabled FROM subscriber WHERE domain = ? AND ${among("username")}`,
      )
      .all(domain, JSON.stringify(scope.accounts))
      .map((row) => ({ ...row, enabled: row.enabled === 1 }) as DirectoryAccount);
    const rules = [...this.storedRules(domain, scope).keys()].map((json) => JSON.parse(json) as DirectoryRule);
    return canonicalContent({ units, accounts, rules, clock: [] });
  }

  /** Units first and last: what refers to them is moved in between. */
  private write(domain: string, content: DirectoryContent, scope: Scope = null): string[] {
    const dropUnits = this.writeUnits(domain, content, scope);
    const toLogOut = this.writeAccounts(domain, content.accounts, scope);
    this.writeRules(domain, content.rules, scope);
    dropUnits();
    if (scope === null) this.writeClock(domain, content);
    this.askLogOut(domain, toLogOut);
    return toLogOut;
  }

  private writeUnits(domain: string, { units }: DirectoryContent, scope: Scope): () => void {
    const upsert = this.db.prepare(
      `INSERT INTO unit (domain, name, kind, do_not_disturb) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET kind = excluded.kind, do_not_disturb = excluded.do_not_disturb
       WHERE kind <> excluded.kind OR do_not_disturb <> excluded.do_not_disturb`,
    );
    for (const { name, kind, doNotDisturb } of units) upsert.run(domain, name, kind, doNotDisturb ? 1 : 0);
    const wanted = new Set(units.map(({ name }) => name));
    const known =
      scope?.units ?? this.db.prepare<[string], string>("SELECT name FROM unit WHERE domain = ?").pluck().all(domain);
    const gone = known.filter((name) => !wanted.has(name));
    return () => {
      const drop = this.db.prepare("DELETE FROM unit WHERE domain = ? AND name = ?");
      for (const name of gone) drop.run(domain, name);
    };
  }

  /** Returns who must be logged out: every enabled account that is gone, disabled, re-keyed, moved or of another type. */
  private writeAccounts(domain: string, accounts: DirectoryAccount[], scope: Scope): string[] {
    const toLogOut: string[] = [];
    const wanted = new Map(accounts.map((account) => [account.username, account]));
    const drop = this.db.prepare("DELETE FROM subscriber WHERE domain = ? AND username = ?");
    const rows = this.db
      .prepare<string[], AccountRow>(
        `SELECT username, ha1, type, unit, enabled FROM subscriber WHERE domain = ?${scope ? ` AND ${among("username")}` : ""}`,
      )
      .all(domain, ...(scope ? [JSON.stringify(scope.accounts)] : []));
    const upsert = this.db.prepare(
      `INSERT INTO subscriber (domain, username, ha1, type, unit, enabled) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ha1 = excluded.ha1, type = excluded.type, unit = excluded.unit, enabled = excluded.enabled`,
    );
    for (const row of rows) {
      const account = wanted.get(row.username);
      const sameLogin = account?.ha1 === row.ha1 && account.type === row.type && account.unit === row.unit;
      if (row.enabled === 1 && !(sameLogin && account.enabled)) toLogOut.push(row.username);
      if (account === undefined) drop.run(domain, row.username);
      if (sameLogin && account.enabled === (row.enabled === 1)) wanted.delete(row.username);
    }
    for (const { username, ha1, type, unit, enabled } of wanted.values()) {
      upsert.run(domain, username, ha1, type, unit, enabled ? 1 : 0);
    }
    return toLogOut;
  }

  private writeRules(domain: string, rules: DirectoryRule[], scope: Scope): void {
    const stored = this.storedRules(domain, scope);
    const drop = this.db.prepare("DELETE FROM rule WHERE id = ?");
    const insert = this.db.prepare(
      `INSERT INTO rule (domain, unit, position, source_pattern, action, target_sip_uri, ring_seconds, always, enabled)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const insertWindow = this.db.prepare("INSERT INTO rule_window (rule_id, from_minute, to_minute) VALUES (?, ?, ?)");
    const fresh = rules.filter((rule) => !stored.delete(JSON.stringify(rule)));
    for (const id of stored.values()) drop.run(id);
    for (const rule of fresh) {
      const { lastInsertRowid } = insert.run(
        domain,
        rule.unit,
        rule.position,
        rule.sourcePattern,
        rule.action,
        rule.target ?? "",
        rule.ringSeconds,
        rule.windows.length === 0 ? 1 : 0,
        rule.enabled ? 1 : 0,
      );
      for (const window of rule.windows) insertWindow.run(lastInsertRowid, window.fromMinute, window.toMinute);
    }
  }

  /** Row ids of the stored rules by their canonical JSON. */
  private storedRules(domain: string, scope: Scope): Map<string, number> {
    const [where, names] = scope ? [` AND ${among("unit")}`, [JSON.stringify(scope.units)]] : ["", []];
    const windows = new Map<number, WeekWindow[]>();
    const windowRows = this.db
      .prepare<string[], WeekWindow & { ruleId: number }>(
        `SELECT rule_id AS ruleId, from_minute AS fromMinute, to_minute AS toMinute
         FROM rule_window JOIN rule ON rule.id = rule_id WHERE domain = ?${where} ORDER BY from_minute, to_minute`,
      )
      .all(domain, ...names);
    for (const { ruleId, fromMinute, toMinute } of windowRows) {
      const list = windows.get(ruleId) ?? [];
      list.push({ fromMinute, toMinute });
      windows.set(ruleId, list);
    }
    const byContent = new Map<string, number>();
    const rows = this.db
      .prepare<string[], RuleRow>(`SELECT * FROM rule WHERE domain = ?${where}`)
      .all(domain, ...names);
    for (const row of rows) {
      const rule = {
        unit: row.unit,
        position: row.position,
        sourcePattern: row.source_pattern,
        action: row.action,
        target: row.target_sip_uri === "" ? null : row.target_sip_uri,
        ringSeconds: row.ring_seconds,
        windows: windows.get(row.id) ?? [],
        enabled: row.enabled === 1,
      };
      byContent.set(JSON.stringify(rule), row.id);
    }
    return byContent;
  }

  private writeClock(domain: string, { clock }: DirectoryContent): void {
    this.db.prepare("DELETE FROM site_clock WHERE domain = ?").run(domain);
    const insert = this.db.prepare("INSERT INTO site_clock (domain, from_unix, offset_seconds) VALUES (?, ?, ?)");
    for (const { fromUnix, offsetSeconds } of clock) insert.run(domain, fromUnix, offsetSeconds);
  }

  private askLogOut(domain: string, usernames: string[]): void {
    const ask = this.db.prepare(
      `INSERT INTO logout (domain, username, requested_at_ms) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET requested_at_ms = excluded.requested_at_ms`,
    );
    for (const username of usernames) ask.run(domain, username, this.now());
  }
}

function refuseConflicts(put: DirectoryPut): void {
  const conflicts = findConflicts(put);
  if (conflicts.length === 0) return;
  throw new ControlFailure("NAME_CONFLICT", `${conflicts.length} conflicts within the directory`, {
    conflicts: conflicts.slice(0, LISTED_CONFLICTS),
  });
}

/** A condition with one parameter, the names as JSON. */
function among(column: string): string {
  return `${column} IN (SELECT value FROM json_each(?))`;
}
