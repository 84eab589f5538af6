/** The directory: sites, what is in them, who may be called by whom. The only writer of those tables. */
import type { ServerCertificate } from "../api/site-health.ts";

import { AppError } from "../events/errors.ts";
import { type Accounts, accounts } from "./accounts.ts";
import { type Audit, audit } from "./audit.ts";
import { type AuditCsv, auditCsv } from "./audit-csv.ts";
import { type Backups, backups } from "./backup.ts";
import { type Buildings, buildings } from "./buildings.ts";
import { type Bulk, bulk } from "./bulk/jobs.ts";
import { type MakeUnitRange, unitRange } from "./bulk/unit-range.ts";
import { deviceFiles, type MakeDeviceFile } from "./device-files/device-files.ts";
import { type Devices, devices } from "./devices.ts";
import { type Doors, doors } from "./doors.ts";
import type { DirectoryContext } from "./edit.ts";
import { type DeviceReports, deviceReports } from "./health/device-reports.ts";
import { type DeviceHealthOf, type SiteHealthOf, siteHealth } from "./health/site-health.ts";
import { type TestAccountOf, testAccount } from "./health/test-account.ts";
import { type TestCaller, type TestRings, testRings } from "./health/test-rings.ts";
import { type Members, members } from "./members.ts";
import { type NameCheck, nameCheck } from "./name-check.ts";
import { type Pages, pages } from "./pages.ts";
import { type DocumentPost, NOWHERE } from "./pairing/document-post.ts";
import { type Pairings, pairings } from "./pairing/pairings.ts";
import { type Registrations, registrations } from "./registrations.ts";
import { type GrantDoor, grantDoor, type Visit } from "./remote/grant-door.ts";
import { type Grants, grants, type RelayUrl } from "./remote/grants.ts";
import { type Relay, type RemoteSites, remoteSites } from "./remote/remote-sites.ts";
import { type Restores, restores } from "./restores.ts";
import { type RuleWarnings, ruleWarnings } from "./rule-warnings.ts";
import { type Rules, rules } from "./rules.ts";
import { type SiteTokens, siteTokens, type TokenDoor } from "./site-tokens.ts";
import { type Sites, sites } from "./sites.ts";
import { type Units, units } from "./units.ts";
import { type WhatWouldHappen, whatWouldHappen } from "./what-would-happen.ts";

export interface Directory {
  sites: Sites;
  buildings: Buildings;
  units: Units;
  doors: Doors;
  accounts: Accounts;
  rules: Rules;
  devices: Devices;
  pairings: Pairings;
  members: Members;
  whatWouldHappen: WhatWouldHappen;
  ruleWarnings: RuleWarnings;
  nameCheck: NameCheck;
  pages: Pages;
  makeUnitRange: MakeUnitRange;
  bulk: Bulk;
  backups: Backups;
  restores: Restores;
  makeDeviceFile: MakeDeviceFile;
  reports: DeviceReports;
  siteHealth: SiteHealthOf;
  deviceHealth: DeviceHealthOf;
  testRings: TestRings;
  testAccountOf: TestAccountOf;
  registrations: Registrations;
  grants: Grants;
  grantDoor: GrantDoor;
  remoteSites: RemoteSites;
  siteTokens: SiteTokens;
  audit: Audit;
  auditCsv: AuditCsv;
}

export interface DirectoryOptions extends Pick<DirectoryContext, "store" | "bus" | "now" | "newId"> {
  /** Ms of a clock that nobody sets; left out: since the process began. */
  steady?: DirectoryContext["steady"];
  /** Where browsers register; null when no VPS is configured. */
  sipUri: string | null;
  /** Where SIP over UDP and TCP is spoken; 5060 if left out. */
  sipPort?: number;
  /** Where devices fetch what is for them; left out: there is no VPS. */
  post?: DocumentPost;
  /** Makes test calls; null or left out: nothing is called. */
  testCaller?: () => Promise<TestCaller | null>;
  /** The VPS's certificates; left out: nobody looks at them. */
  certificates?: () => readonly ServerCertificate[];
  /** Room on the disk that the database is on; null or left out: nobody knows. */
  freeBytes?: () => number | null;
  /** Managing sites from elsewhere; left out: nobody can. */
  remote?: RemoteWays;
  /** Whom tokens of sites are shown to; left out: there is no VPS. */
  tokenDoor?: TokenDoor;
  /** Days that the audit log is kept. */
  auditDays?: number | undefined;
}

export interface RemoteWays {
  relayUrl: RelayUrl;
  relay: Relay;
  visit: Visit;
  version: string;
}

const NOBODY: RemoteWays = {
  relayUrl: () => notConfigured(),
  relay: async () => notConfigured(),
  visit: async () => notConfigured(),
  version: "",
};

export function openDirectory({
  sipUri,
  sipPort = 5060,
  post = NOWHERE,
  testCaller = async () => null,
  certificates = () => [],
  freeBytes = () => null,
  remote = NOBODY,
  tokenDoor = { domainOf: async () => notConfigured(), use: () => undefined },
  auditDays,
  steady = () => performance.now(),
  ...base
}: DirectoryOptions): Directory {
  const context: DirectoryContext = {
    ...base,
    steady,
    sip: { uri: sipUri, port: sipPort },
    registrations: registrations(base.store),
    audit: audit(base.store, base.now, auditDays),
  };
  const ownDevices = devices(context);
  const reports = deviceReports(base.now);
  const ownGrants = grants(context, remote.relayUrl);
  return {
    sites: sites(context),
    buildings: buildings(context),
    units: units(context),
    doors: doors(context),
    accounts: accounts(context),
    rules: rules(context),
    devices: ownDevices,
    pairings: pairings(context, ownDevices, post),
    members: members(context),
    whatWouldHappen: whatWouldHappen(context.store),
    ruleWarnings: ruleWarnings(context.store),
    nameCheck: nameCheck(context),
    pages: pages(context),
    makeUnitRange: unitRange(context),
    bulk: bulk(context),
    backups: backups(context),
    restores: restores(context),
    makeDeviceFile: deviceFiles(context, post),
    reports,
    ...siteHealth(context, reports, certificates, freeBytes),
    testRings: testRings(context, testCaller),
    testAccountOf: testAccount(context),
    registrations: context.registrations,
    grants: ownGrants,
    grantDoor: grantDoor(context, remote.visit, remote.version, ownGrants.endExpired),
    remoteSites: remoteSites(context, remote.relay, remote.version),
    siteTokens: siteTokens(context, tokenDoor),
    audit: context.audit,
    auditCsv: auditCsv(context.store, context.audit),
  };
}

function notConfigured(): never {
  throw new AppError("VPS_NOT_CONFIGURED", "there is no VPS between this Neolia and another one");
}
