/** Everything the bridge keeps, in one SQLite file and recordings beside it. SQL stands in this folder and nowhere else. */
import { join } from "node:path";
import type { Database } from "better-sqlite3";
import { type AccountStore, accountStore } from "./account-store.ts";
import { type AuditStore, auditStore } from "./audit-store.ts";
import { type BuildingStore, buildingStore } from "./building-store.ts";
import { type CallStore, callStore } from "./call-store.ts";
import { type CallerTexts, callerTexts } from "./caller-texts.ts";
import { type ClipFiles, clipFiles } from "./clip-files.ts";
import { type CustomerOrderStore, customerOrderStore } from "./customer-order-store.ts";
import { type OpenOptions, openDatabase } from "./database.ts";
import { type DeviceStore, deviceStore } from "./device-store.ts";
import { type DiscoveredStore, discoveredStore } from "./discovered-store.ts";
import { translateRefusal } from "./disk-refusal.ts";
import { type EditedRows, editedRows } from "./edited-rows.ts";
import { type EventOutbox, eventOutbox } from "./event-outbox.ts";
import { type ExtraStore, extraStore } from "./extra-store.ts";
import { type FeedStore, feedStore } from "./feed-store.ts";
import { type GrantStore, grantStore } from "./grant-store.ts";
import { type LineStore, lineStore } from "./line-store.ts";
import { type MemberStore, memberStore } from "./member-store.ts";
import { type OrderCallStore, orderCallStore } from "./order-call-store.ts";
import { type PageStore, pageStore } from "./page-store.ts";
import { type PairingStore, pairingStore } from "./pairing-store.ts";
import { type ProvisioningStore, provisioningStore } from "./provisioning-store.ts";
import { type RemoteSiteStore, remoteSiteStore } from "./remote-site-store.ts";
import { type RuleStore, ruleStore } from "./rule-store.ts";
import { type SeenStore, seenStore } from "./seen-store.ts";
import { type SiteStore, siteStore } from "./site-store.ts";
import { type SiteTokenStore, siteTokenStore } from "./site-token-store.ts";
import { type Takeovers, takeovers } from "./takeovers.ts";
import { type TestStore, testStore } from "./test-store.ts";
import { openTrial, type Trial } from "./trial.ts";
import { type UnitStore, unitStore } from "./unit-store.ts";

export interface Store {
  sites: SiteStore;
  buildings: BuildingStore;
  /** Flats and doors. */
  units: UnitStore;
  accounts: AccountStore;
  rules: RuleStore;
  devices: DeviceStore;
  members: MemberStore;
  pairings: PairingStore;
  grants: GrantStore;
  remoteSites: RemoteSiteStore;
  siteTokens: SiteTokenStore;
  provisioning: ProvisioningStore;
  calls: CallStore;
  seen: SeenStore;
  tests: TestStore;
  extras: ExtraStore;
  clips: ClipFiles;
  takeovers: Takeovers;
  /** Long lists of the above. */
  pages: PageStore;
  audit: AuditStore;
  feed: FeedStore;
  outbox: EventOutbox;
  discovered: DiscoveredStore;
  /** For mqtt/, which tells of them. */
  edited: EditedRows;
  /** Phone lines, menus, stock. */
  lines: LineStore;
  orderCalls: OrderCallStore;
  orders: CustomerOrderStore;
  callerTexts: CallerTexts;
  /**
   * Runs `work` in one transaction: all of it is on disk when this returns, or none of it after a throw. `work` is
   * synchronous. A transaction within another one is part of it, with its own rollback.
   */
  transaction<T>(work: () => T): T;
  /** Runs `announce` once the outermost transaction is on disk; at once outside of one; never after a rollback. */
  afterCommit(announce: () => void): void;
  /** See `openTrial`. */
  trial(): Trial | null;
  /** What people must be told about the file: it was restored from a copy. Null when all is well. */
  notice: string | null;
  /** Makes today's copy if there is none yet. Throws when the disk refuses. */
  keepCopy(): void;
  /**
   * Removed rows leave their bytes in free pages, in the write-ahead log and in the daily copies: all of it is written anew, and one copy
   * takes the place of the others. Not within a transaction; throws when the disk refuses.
   */
  forgetRemoved(): void;
  close(): void;
}

/** Opens (or makes, or restores) the store in a folder. Throws `StoreError` with one plain sentence. */
export function openStore(options: OpenOptions): Store {
  const { db, notice, keepCopy, forgetRemoved, close } = openDatabase(options);
  const sites = siteStore(db);
  const clips = clipFiles(join(options.folder, "clips"));
  clips.settleAll((siteId) => sites.get(siteId) !== null);
  return {
    sites,
    buildings: buildingStore(db),
    units: unitStore(db),
    accounts: accountStore(db),
    rules: ruleStore(db),
    devices: deviceStore(db),
    members: memberStore(db),
    pairings: pairingStore(db),
    grants: grantStore(db),
    remoteSites: remoteSiteStore(db),
    siteTokens: siteTokenStore(db),
    provisioning: provisioningStore(db),
    calls: callStore(db),
    seen: seenStore(db),
    tests: testStore(db),
    extras: extraStore(db),
    clips,
    takeovers: takeovers(db, options.folder),
    pages: pageStore(db),
    audit: auditStore(db),
    feed: feedStore(db),
    outbox: eventOutbox(db),
    discovered: discoveredStore(db),
    edited: editedRows(db),
    lines: lineStore(db),
    orderCalls: orderCallStore(db),
    orders: customerOrderStore(db),
    callerTexts: callerTexts(db),
    ...transactions(db),
    trial: () => openTrial(db),
    notice,
    keepCopy,
    forgetRemoved,
    close,
  };
}

function transactions(db: Database): Pick<Store, "transaction" | "afterCommit"> {
  let waiting: Array<() => void> = [];
  return {
    transaction: (work) => {
      const outermost = !db.inTransaction;
      const before = waiting.length;
      let result: ReturnType<typeof work>;
      try {
        result = db.transaction(work).immediate();
      } catch (error) {
        waiting.length = before;
        throw outermost ? translateRefusal(error) : error;
      }
      if (outermost) {
        const announcements = waiting;
        waiting = [];
        for (const announce of announcements) announce();
      }
      return result;
    },
    afterCommit: (announce) => {
      if (db.inTransaction) waiting.push(announce);
      else announce();
    },
  };
}
