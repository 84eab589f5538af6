/**
 * The live contacts of a site, from Kamailio's location file: usrloc writes through, and one query filtered by domain
 * costs a large VPS nothing. (`ul.dump` builds all sites' contacts in a worker's memory and fails at some thousands.)
 */
import { KamailioFile } from "./kamailio-file.ts";
import type { Registration } from "./wire.ts";

interface ContactRow {
  username: string;
  contact: string;
  received: string | null;
  socket: string | null;
  userAgent: string | null;
  expiresAtS: number;
  modifiedAtS: number;
}

/** db_sqlite stores times as Julian days, half a second past the whole one. */
const CONTACTS = `SELECT username, contact, received, socket, user_agent AS userAgent,
    CAST((expires - 2440587.5) * 86400 AS INTEGER) AS expiresAtS,
    CAST((last_modified - 2440587.5) * 86400 AS INTEGER) AS modifiedAtS
  FROM location WHERE domain = ? ORDER BY username, modifiedAtS`;

export class LocationReader {
  private readonly file: KamailioFile;

  constructor(path: string) {
    this.file = new KamailioFile(path);
  }

  /** The contacts of a domain that have not expired; null while the file cannot be read. */
  registrations(domain: string, nowMs: number): Registration[] | null {
    const nowS = Math.floor(nowMs / 1000);
    const rows = this.file.all<ContactRow>(CONTACTS, domain);
    if (rows === null) return null;
    return rows.filter(({ expiresAtS }) => expiresAtS > nowS).map((row) => toRegistration(row, nowS));
  }

  /** Every account of any site that has a contact, as `username@domain`; null while the file cannot be read. */
  registeredAccounts(): Set<string> | null {
    const rows = this.file.all<{ aor: string }>("SELECT DISTINCT username || '@' || domain AS aor FROM location");
    return rows === null ? null : new Set(rows.map(({ aor }) => aor));
  }

  close(): void {
    this.file.close();
  }
}

function toRegistration(row: ContactRow, nowS: number): Registration {
  // What the connection showed counts more than what the device wrote into its Contact.
  const uri = row.received ?? row.contact;
  const socket = (row.socket ?? "").split(":")[0] ?? "";
  const transport = /;transport=(\w+)/i.exec(uri)?.[1]?.toLowerCase() ?? socket;
  return {
    username: row.username,
    address: /^sips?:(?:[^@;]*@)?([^;>]+)/.exec(uri)?.[1] ?? "",
    // In a SIP URI ws stands for wss too (RFC 7118 section 5.2); the socket tells them apart.
    transport: transport === "ws" && socket === "tls" ? "wss" : transport,
    userAgent: row.userAgent ?? "",
    expiresInS: row.expiresAtS - nowS,
    lastSeenMs: row.modifiedAtS * 1000,
  };
}
