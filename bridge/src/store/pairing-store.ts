/** Invitations for devices. Only hashes of their secrets are kept. */
import type { Database } from "better-sqlite3";

export interface PairingRow {
  id: string;
  kind: "panel" | "phone";
  siteId: string;
  unitId: string;
  accountId: string | null;
  label: string;
  /** SHA-256 hex. */
  tokenHash: string;
  /** Of the short code; null: there is none. */
  codeHash: string | null;
  /** The account was made for this pairing: it goes again when nobody comes. */
  madeAccount: boolean;
  /** What becomes the account's login when the code is taken; null: the account has it already, or gets it then. */
  nextHa1: string | null;
  /** Of the sealed document on the VPS. */
  documentId: string | null;
  createdAtMs: number;
  expiresAtMs: number;
  usedAtMs: number | null;
  withdrawnAtMs: number | null;
}

export interface PairingStore {
  /** Newest first, made after `sinceMs`. */
  list(filter: { siteId?: string | undefined; unitId?: string | undefined }, sinceMs: number): PairingRow[];
  get(id: string): PairingRow | null;
  /** By the hash of a token or short code. */
  bySecret(hash: string): PairingRow | null;
  /** Neither used nor withdrawn, also those that ran out. */
  open(): PairingRow[];
  insert(pairing: PairingRow): void;
  setDocument(id: string, documentId: string): void;
  /** False when it was used or withdrawn before. */
  use(id: string, accountId: string, nowMs: number): boolean;
  withdraw(id: string, nowMs: number): void;
  trim(olderThanMs: number): void;
}

type Columns = Omit<PairingRow, "madeAccount"> & { madeAccount: number };

export function pairingStore(db: Database): PairingStore {
  const select = `SELECT id, kind, site_id AS siteId, unit_id AS unitId, account_id AS accountId, label,
    token_hash AS tokenHash, code_hash AS codeHash, made_account AS madeAccount, next_ha1 AS nextHa1, document_id AS documentId,
    created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs, used_at_ms AS usedAtMs,
    withdrawn_at_ms AS withdrawnAtMs FROM pairing`;
  const list = db.prepare<Record<string, string | number | null>, Columns>(`
    ${select} WHERE (@siteId IS NULL OR site_id = @siteId) AND (@unitId IS NULL OR unit_id = @unitId)
      AND created_at_ms > @sinceMs ORDER BY created_at_ms DESC, id DESC`);
  const get = db.prepare<[string], Columns>(`${select} WHERE id = ?`);
  const bySecret = db.prepare<[string, string], Columns>(`${select} WHERE token_hash = ? OR code_hash = ?`);
  const open = db.prepare<[], Columns>(`${select} WHERE used_at_ms IS NULL AND withdrawn_at_ms IS NULL`);
  const insert = db.prepare<Columns>(`
    INSERT INTO pairing (id, kind, site_id, unit_id, account_id, label, token_hash, code_hash, made_account, next_ha1,
      document_id, created_at_ms, expires_at_ms, used_at_ms, withdrawn_at_ms)
    VALUES (@id, @kind, @siteId, @unitId, @accountId, @label, @tokenHash, @codeHash, @madeAccount, @nextHa1,
      @documentId, @createdAtMs, @expiresAtMs, @usedAtMs, @withdrawnAtMs)`);
  const setDocument = db.prepare<[string, string]>("UPDATE pairing SET document_id = ? WHERE id = ?");
  const use = db.prepare<[number, string, string]>(`
    UPDATE pairing SET used_at_ms = ?, account_id = ?, next_ha1 = NULL
    WHERE id = ? AND used_at_ms IS NULL AND withdrawn_at_ms IS NULL`);
  const withdraw = db.prepare<[number, string]>("UPDATE pairing SET withdrawn_at_ms = ?, next_ha1 = NULL WHERE id = ?");
  const trim = db.prepare<[number]>("DELETE FROM pairing WHERE created_at_ms < ?");
  const row = (columns: Columns | undefined) => (columns ? fromColumns(columns) : null);
  return {
    list: ({ siteId, unitId }, sinceMs) =>
      list.all({ siteId: siteId ?? null, unitId: unitId ?? null, sinceMs }).map(fromColumns),
    get: (id) => row(get.get(id)),
    bySecret: (hash) => row(bySecret.get(hash, hash)),
    open: () => open.all().map(fromColumns),
    insert: (pairing) => void insert.run({ ...pairing, madeAccount: pairing.madeAccount ? 1 : 0 }),
    setDocument: (id, documentId) => void setDocument.run(documentId, id),
    use: (id, accountId, nowMs) => use.run(nowMs, accountId, id).changes === 1,
    withdraw: (id, nowMs) => void withdraw.run(nowMs, id),
    trim: (olderThanMs) => void trim.run(olderThanMs),
  };
}

function fromColumns(columns: Columns): PairingRow {
  return { ...columns, madeAccount: columns.madeAccount === 1 };
}
