/** Which users of Home Assistant live in which flats, and who works at the restaurant's desk. */
import type { Database } from "better-sqlite3";

export interface MemberRow {
  /** Home Assistant's id of the user. */
  userId: string;
  unitId: string;
}

export interface MemberStore {
  list(): MemberRow[];
  /** Ids of a user's flats. */
  unitsOf(userId: string): string[];
  /** How many users have one of these flats. */
  countOf(unitIds: readonly string[]): number;
  insert(member: MemberRow): void;
  /** Takes all flats from a user. */
  removeUser(userId: string): void;
  /** Ids of the users who work at the desk. */
  desk(): string[];
  worksAtDesk(userId: string): boolean;
  setDesk(userId: string, desk: boolean): void;
  /** How often the user's links were edited; 0: never. */
  versionOf(userId: string): number;
  /** Counts an edit. */
  raiseVersion(userId: string): void;
}

export function memberStore(db: Database): MemberStore {
  const list = db.prepare<[], MemberRow>(
    "SELECT user_id AS userId, unit_id AS unitId FROM member ORDER BY user_id, unit_id",
  );
  const unitsOf = db.prepare<[string], { unitId: string }>(
    "SELECT unit_id AS unitId FROM member WHERE user_id = ? ORDER BY unit_id",
  );
  const countOf = db.prepare<[string], { n: number }>(
    "SELECT count(DISTINCT user_id) AS n FROM member WHERE unit_id IN (SELECT value FROM json_each(?))",
  );
  const insert = db.prepare<MemberRow>("INSERT INTO member (user_id, unit_id) VALUES (@userId, @unitId)");
  const removeUser = db.prepare<[string]>("DELETE FROM member WHERE user_id = ?");
  const desk = db.prepare<[], { userId: string }>("SELECT user_id AS userId FROM desk_member ORDER BY user_id");
  const worksAtDesk = db.prepare<[string], { userId: string }>(
    "SELECT user_id AS userId FROM desk_member WHERE user_id = ?",
  );
  const joinDesk = db.prepare<[string]>("INSERT OR IGNORE INTO desk_member (user_id) VALUES (?)");
  const leaveDesk = db.prepare<[string]>("DELETE FROM desk_member WHERE user_id = ?");
  const versionOf = db.prepare<[string], { version: number }>("SELECT version FROM member_version WHERE user_id = ?");
  const raiseVersion = db.prepare<[string]>(`
    INSERT INTO member_version (user_id, version) VALUES (?, 1) ON CONFLICT DO UPDATE SET version = version + 1`);
  return {
    list: () => list.all(),
    unitsOf: (userId) => unitsOf.all(userId).map(({ unitId }) => unitId),
    countOf: (unitIds) => countOf.get(JSON.stringify(unitIds))?.n ?? 0,
    insert: (member) => void insert.run(member),
    removeUser: (userId) => void removeUser.run(userId),
    desk: () => desk.all().map(({ userId }) => userId),
    worksAtDesk: (userId) => worksAtDesk.get(userId) !== undefined,
    setDesk: (userId, works) => void (works ? joinDesk : leaveDesk).run(userId),
    versionOf: (userId) => versionOf.get(userId)?.version ?? 0,
    raiseVersion: (userId) => void raiseVersion.run(userId),
  };
}
