/** Two Neolias in one process, a site and an installer's, and whoever stands in between: it records what passes. */
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import type { GrantWithCode, RemoteSite } from "../../bridge/src/api/remote.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

export class TwoNeolias {
  readonly site: TestApp;
  readonly installer: TestApp;
  readonly house: House;
  /** Every frame that went to the site, and every reply. */
  readonly recorded: { grantId: string; frame: Buffer; reply: Buffer | null }[] = [];
  /** What broke down at the site over a frame. */
  readonly failures: unknown[] = [];

  private constructor(site: TestApp, installer: TestApp, house: House) {
    this.site = site;
    this.installer = installer;
    this.house = house;
    installer.stage.relay = async ({ grantId }, frame) => {
      const reply = await this.deliver(grantId, frame);
      this.recorded.push({ grantId, frame, reply });
      return reply ?? Buffer.alloc(0);
    };
  }

  static async start(): Promise<TwoNeolias> {
    const site = await testApp();
    return new TwoNeolias(site, await testApp(), await makeHouse(site));
  }

  async stop(): Promise<void> {
    await this.installer.close();
    await this.site.close();
  }

  /** As control brings a frame to the site. */
  deliver = (grantId: string, frame: Buffer) =>
    this.site.directory.grantDoor.answer(this.house.site.id, grantId, frame, (error) => this.failures.push(error));

  grant = async (more: Partial<{ hours: number; backups: boolean; pageUrl: string }> = {}): Promise<GrantWithCode> => {
    const body = { siteId: this.house.site.id, label: "Dupont", hours: 24, backups: false, ...more };
    return (await this.site.send("POST", "/api/grants", body)).json<GrantWithCode>();
  };

  join = async (code: string): Promise<RemoteSite> => {
    const reply = await this.installer.send("POST", "/api/remote-sites", { code, by: "Dupont SARL" });
    assert.equal(reply.status, 201, reply.text);
    return reply.json<RemoteSite>();
  };

  /** Numbers of the site's units. */
  units = () => this.site.store.units.list({ siteId: this.house.site.id }).map(({ label }) => label);

  /** From elsewhere. */
  addUnit = (remote: RemoteSite, number: string) =>
    this.installer.send("POST", at(remote, "units"), { buildingId: this.house.building.id, number });
}

/** The installer's address of something at the site. */
export const at = (remote: RemoteSite, path: string) => `/api/remote-sites/${remote.id}/at/api/${path}`;

/** Of the running test of a file that called `inTwoNeolias`. */
export let two: TwoNeolias;
export let site: TwoNeolias["site"];
export let installer: TwoNeolias["installer"];
export let house: TwoNeolias["house"];
export let recorded: TwoNeolias["recorded"];
export let failures: TwoNeolias["failures"];
export let deliver: TwoNeolias["deliver"];
export let grant: TwoNeolias["grant"];
export let join: TwoNeolias["join"];
export let units: TwoNeolias["units"];
export let addUnit: TwoNeolias["addUnit"];

/** Two fresh Neolias for each test of the file. */
export function inTwoNeolias(): void {
  beforeEach(async () => {
    two = await TwoNeolias.start();
    ({ site, installer, house, recorded, failures, deliver, grant, join, units, addUnit } = two);
  });
  afterEach(() => two.stop());
}
