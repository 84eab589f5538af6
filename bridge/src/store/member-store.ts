/** Which users of Home Assistant live in which flats. */
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
  insert(member: MemberRow): void;
  /** Takes all flats from a user. */
  removeUser(userId: string): void;
}

export function memberStore(db: Database): MemberStore {
  const list = db.prepare<[], MemberRow>(
    "SELECT user_id AS userId, unit_id AS unitId FROM member ORDER BY user_id, unit_id",
  );
  const unitsOf = db.prepare<[string], { unitId: string }>(
    "SELECT unit_id AS unitId FROM member WHERE user_id = ? ORDER BY unit_id",
  );
  const insert = db.prepare<MemberRow>("INSERT INTO member (user_id, unit_id) VALUES (@userId, @unitId)");
  const removeUser = db.prepare<[string]>("DELETE FROM member WHERE user_id = ?");
  return {
    list: () => list.all(),
    unitsOf: (userId) => unitsOf.all(userId).map(({ unitId }) => unitId),
    insert: (member) => void insert.run(member),
    removeUser: (userId) => void removeUser.run(userId),
  };
}
