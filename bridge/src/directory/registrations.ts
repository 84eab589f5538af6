/** Which accounts are registered with the SIP edge, and what was last heard of those that are not. */
import type { Registration as Contact } from "../../../infra/control/src/wire.ts";
import type { Registration } from "../api/directory.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { SeenRow } from "../store/seen-store.ts";
import type { Store } from "../store/store.ts";

export interface Registrations {
  /** The live contacts of a site as the VPS lists them now; null: it is away and nobody can say. */
  heard(siteId: string, contacts: readonly Contact[] | null): void;
  of(account: Pick<AccountRow, "id" | "siteId" | "username">): Registration;
  /** False also while nobody can say. */
  isRegistered(siteId: string, username: string): boolean;
  /** SIP names of a site's registered accounts; null: nobody can say. */
  usernames(siteId: string): Pick<ReadonlyMap<string, unknown>, "has" | "keys"> | null;
}

/** A device that stays registered is noted anew this often: a flash card is not written for every REGISTER. */
const NOTE_EVERY_MS = 3_600_000;

export function registrations(store: Store): Registrations {
  const sites = new Map<string, Map<string, Contact[]>>();

  /** Notes who is new, who left (with the last time that was heard), and the others now and then. */
  function remember(siteId: string, before: ReadonlyMap<string, Contact[]>, now: ReadonlyMap<string, Contact[]>): void {
    const notes: SeenRow[] = [];
    for (const [username, contacts] of new Map([...before, ...now])) {
      const newest = contacts.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs)[0];
      const known = before.get(username)?.[0];
      const stays = known !== undefined && now.has(username) && known.address === newest?.address;
      const accountId = stays && !isDue(newest) ? null : store.accounts.byUsername(siteId, username)?.id;
      if (!newest || !accountId) continue;
      const { lastSeenMs, userAgent, address, transport } = newest;
      notes.push({ accountId, lastSeenMs, userAgent, address, transport });
    }
    if (notes.length > 0) store.transaction(() => notes.forEach(store.seen.put));
  }

  /** Every device in its own few seconds of the hour. */
  function isDue({ lastSeenMs }: Contact): boolean {
    return lastSeenMs % NOTE_EVERY_MS < 5_000;
  }

  return {
    heard: (siteId, contacts) => {
      const before = sites.get(siteId) ?? new Map<string, Contact[]>();
      const now = contacts && Map.groupBy(contacts, ({ username }) => username);
      if (now) sites.set(siteId, now);
      else sites.delete(siteId);
      remember(siteId, before, now ?? new Map());
    },
    of: ({ id, siteId, username }) => {
      const site = sites.get(siteId);
      const contacts = site?.get(username) ?? [];
      const newest = contacts.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs)[0] ?? store.seen.get(id);
      return {
        state: contacts.length > 0 ? "registered" : site ? "not-registered" : "unknown",
        lastSeenMs: newest?.lastSeenMs ?? null,
        userAgent: newest?.userAgent ?? "",
        address: newest?.address ?? "",
        transport: newest?.transport ?? "",
        contacts: contacts.length,
      };
    },
    isRegistered: (siteId, username) => sites.get(siteId)?.has(username) ?? false,
    usernames: (siteId) => sites.get(siteId) ?? null,
  };
}
