/** A sample site made through the API. */
import type { Backup } from "../../bridge/src/api/backup.ts";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type {
  AccountWithPassword,
  Building,
  Door,
  DoorWithPassword,
  Site,
  Unit,
} from "../../bridge/src/api/directory.ts";
import type { PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import type { GrantWithCode } from "../../bridge/src/api/remote.ts";
import type { TestRing } from "../../bridge/src/api/site-health.ts";
import type { TestApp } from "./app.ts";

export interface House {
  site: Site;
  building: Building;
  unit401: Unit;
  unit402: Unit;
  door: Door & { account: AccountWithPassword };
  /** Of an import that looked at nothing. */
  jobId: string;
  /** An invitation for a wall panel in unit 401. */
  pairing: PairingWithSecret;
  backup: Backup;
  testId: string;
  /** Lets another Neolia manage the site; nobody has taken it yet. */
  grant: GrantWithCode;
}

export const NEW_SITE = { name: "Home", address: "1 Road", domain: "home.sip.example.com", timeZone: "Europe/Paris" };
export const DEVICE = "7b0e3c9e-8f5c-4d1e-9a55-0123456789ab";
export const OTHER_DEVICE = "1c0e3c9e-8f5c-4d1e-8a55-0123456789ab";

export async function makeHouse(api: TestApp, site: Partial<typeof NEW_SITE> = {}): Promise<House> {
  const make = async <T>(noun: string, body: unknown): Promise<T> => {
    const reply = await api.send("POST", `/api/${noun}`, body);
    if (![201, 202].includes(reply.status)) throw new Error(`${noun}: ${reply.status} ${reply.text}`);
    return reply.json<T>();
  };
  const made = await make<Site>("sites", { ...NEW_SITE, ...site });
  const building = await make<Building>("buildings", { siteId: made.id, name: "A" });
  const unit401 = await make<Unit>("units", { buildingId: building.id, number: "401" });
  return {
    site: made,
    building,
    unit401,
    pairing: await make<PairingWithSecret>("pairings", { kind: "panel", unitId: unit401.id, label: "Hall" }),
    unit402: await make<Unit>("units", { buildingId: building.id, number: "402" }),
    door: await make<DoorWithPassword>("doors", {
      buildingId: building.id,
      label: "Entrance",
      name: "intercom-entrance",
      videoUrl: "http://192.168.1.20:8889/entrance/whep",
    }),
    backup: (await api.send("GET", `/api/sites/${made.id}/backup`)).json<Backup>(),
    grant: await make<GrantWithCode>("grants", { siteId: made.id, label: "Dupont", hours: 24, backups: false }),
    testId: (await make<TestRing>("test-rings", { siteId: made.id })).id,
    jobId: (await make<Job>("imports", { siteId: made.id, kind: "units", csv: "building,number", dryRun: true })).id,
  };
}
