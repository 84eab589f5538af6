/** The page of an import is closed, loaded again, or loses the bridge: whoever comes back learns what became of it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { Site } from "../../bridge/src/api/directory.ts";
import type { UnitPage } from "../../bridge/src/api/page.ts";
import { around } from "../lab/around.ts";
import type { BridgeApi } from "../lab/bridge.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, SITE } from "./admin-desk.ts";

let desk: AdminDesk;
let site: Site;
let number = 0;
around(
  async () => {
    desk = await AdminDesk.start();
  },
  () => desk?.stop(),
);
beforeEach(async () => {
  number++;
  site = await desk.api.post<Site>("/api/sites", {
    ...SITE,
    name: `Site ${number}`,
    domain: `t${number}.sip.example.com`,
  });
});

afterEach(() => desk.closePages());

const LINES = 20_000;
const LONG = `building,number\n${Array.from({ length: LINES }, (_, at) => `A,${at}`).join("\n")}\n`;
const start = (api: BridgeApi, csv: string) =>
  api.post<Job>("/api/imports", { siteId: site.id, kind: "units", csv, dryRun: false });
const units = async (api: BridgeApi) => (await api.get<UnitPage>(`/api/units/page?siteId=${site.id}&limit=1`)).total;
const open = (options = {}) => desk.open(`/${site.id}/settings/import`, options);

/** The page finds a job that runs, however fast the real one is over. */
async function pretendRunning(page: Page, id: string): Promise<void> {
  await page.route("**/api/jobs?*", (route) => route.fulfill({ json: [{ ...RUNNING, id, siteId: site.id }] }));
}

for (const how of ["loaded again", "closed"] as const) {
  test(`the page of an import is ${how} in its middle: all of it comes in, and whoever comes back is told`, async () => {
    const page = await open();
    await page.getByLabel("CSV file").setInputFiles({ name: "u.csv", mimeType: "text/csv", buffer: Buffer.from(LONG) });
    await page.getByRole("button", { name: "Check the file" }).click();
    await page.locator("[data-import=could]").waitFor({ timeout: 60_000 });
    const begun = page.waitForResponse((reply) => reply.url().endsWith("/api/imports"));
    await page.getByRole("button", { name: "Import now" }).click();
    assert.equal((await begun).status(), 202);
    if (how === "closed") await desk.closePages();
    const later = how === "closed" ? await open() : page;
    if (how === "loaded again") await page.reload();
    // By the job that was found running, or as the last one.
    await later.getByText(`Added ${LINES}, changed 0, left 0 as they were.`).waitFor({ timeout: 60_000 });
    assert.equal(await units(desk.api), LINES);
  });
}

test("an import that runs is shown to whoever opens its page, with who began it, and is cancelled from there", async () => {
  const { id } = await start(desk.api, "building,number\nA,1\nA,2\nA,3\n");
  await until(async () => (await desk.api.get<Job>(`/api/jobs/${id}`)).state === "done", { what: "the import's end" });
  const page = await open();
  await page
    .getByText(/^Last import: Units and doors, .* by admin\. Added 3, changed 0, left 0 as they were\.$/)
    .waitFor();
  await inspect(page, "import-last");
  await pretendRunning(page, id);
  await page.route(`**/api/jobs/${id}`, (route) => {
    const isCancel = route.request().method() === "DELETE";
    return route.fulfill({ json: { ...RUNNING, id, siteId: site.id, ...(isCancel && { state: "cancelled" }) } });
  });
  await page.reload();
  await page.getByText(/^Units and doors, started .* by Olivia\. It runs on when this page is closed\.$/).waitFor();
  await page.getByRole("progressbar").waitFor();
  await inspect(page, "import-found-again");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Cancelled. Nothing was imported.").waitFor();
  const french = await open({ locale: "fr-FR" });
  await french.getByText(/^Dernier import\s: Logements et portes, .* par admin\. 3 ajoutés/).waitFor();
});

test("the bridge dies in the middle: its page waits for it, and says that nothing was imported, or that all of it was", {
  timeout: 120_000,
}, async () => {
  const page = await open();
  const lost = await start(desk.api, LONG);
  await desk.bridge.kill();
  await pretendRunning(page, lost.id);
  await page.reload().catch(() => undefined);
  await desk.bridge.start();
  // Chromium loads an error's page again by itself when it likes: then this is cut short.
  await page.reload().catch(() => undefined);
  await page.getByText("Neolia was restarted meanwhile; nothing was imported.").waitFor({ timeout: 60_000 });
  const api = await desk.bridge.api();
  assert.equal(await units(api), 0);

  // Written, but before its page heard of it: only the log knows.
  const { id } = await start(api, "building,number\nB,1\nB,2\n");
  await until(async () => (await api.get<Job>(`/api/jobs/${id}`)).state === "done", { what: "the import's end" });
  await page.unroute("**/api/jobs?*");
  await pretendRunning(page, id);
  await page.route(`**/api/jobs/${id}`, (route) => route.abort());
  await page.reload();
  await page.getByRole("progressbar").waitFor();
  await desk.bridge.kill();
  await page.getByText("Neolia does not answer.").first().waitFor();
  await page.getByRole("progressbar").waitFor();
  await desk.bridge.start();
  await page.unroute(`**/api/jobs/${id}`);
  await page.getByText("Added 2, changed 0, left 0 as they were.").waitFor({ timeout: 60_000 });
  await page.unroute("**/api/jobs?*");
  await page.reload();
  await page.getByText(/^Last import: Units and doors, .* by admin\. Added 2, changed 0\.$/).waitFor();
});

const RUNNING: Omit<Job, "id" | "siteId"> = {
  kind: "import-units",
  dryRun: false,
  by: "Olivia",
  startedAtMs: 0,
  endedAtMs: null,
  state: "writing",
  headings: [],
  revision: 0,
  done: 2,
  total: 2,
  counts: { added: 0, changed: 0, same: 0, removed: 0 },
  problems: [],
  problemCount: 0,
  error: null,
};
