/** Every page of the installer: whole, legible and accessible in both themes, at the three sizes it is used at. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, go, type SampleBuilding, settled } from "./admin-desk.ts";

let desk: AdminDesk;
let house: SampleBuilding;
around(
  async () => {
    desk = await AdminDesk.start();
    house = await desk.makeBuilding();
  },
  () => desk?.stop(),
);
afterEach(() => desk.closePages());

const LOOKS = [
  { name: "desk-en-light", viewport: { width: 1440, height: 900 }, locale: "en-GB", colorScheme: "light" },
  { name: "desk-fr-dark", viewport: { width: 1440, height: 900 }, locale: "fr-FR", colorScheme: "dark" },
  { name: "wall-fr-light", viewport: { width: 1024, height: 600 }, locale: "fr-FR", colorScheme: "light" },
  { name: "wall-en-dark", viewport: { width: 1024, height: 600 }, locale: "en-GB", colorScheme: "dark" },
  { name: "phone-en-light", viewport: { width: 390, height: 844 }, locale: "en-GB", colorScheme: "light" },
  { name: "phone-fr-dark", viewport: { width: 390, height: 844 }, locale: "fr-FR", colorScheme: "dark" },
] as const;

/** Path behind `#/admin/<site>`. */
function pages(): string[] {
  const { reception, door, phone } = house;
  return [
    "",
    "/buildings",
    "/units",
    `/units/${reception.id}`,
    "/units/new",
    "/units/many",
    "/doors",
    `/doors/${door.id}`,
    "/doors/new",
    "/rules",
    `/rules/${reception.id}`,
    "/devices",
    `/devices/${phone.id}`,
    "/health",
    "/audit",
    "/settings",
    "/settings/import",
    "/settings/backup",
    "/settings/handOver",
  ];
}

for (const { name, ...look } of LOOKS) {
  test(`${name}: every page has no accessibility violation, fits its window, and is hit by a finger`, async () => {
    const page = await desk.open("", look);
    const problems: string[] = [];
    // One page after the other: whoever mends something wants to see all of it.
    const judge = (what: string): Promise<void> =>
      inspect(page, what).catch((error: Error) => void problems.push(error.message));
    for (const path of pages()) {
      await go(page, `/${house.site.id}${path}`);
      await settled(page);
      const what = `${name}-${path.replaceAll(/\W+/g, "-").replace(/-[0-9A-Z]{26}/, "-one")}`;
      await judge(what);
      problems.push(...(await overflowing(page)).map((part) => `${what}: ${part}`));
    }
    await go(page, "/sites");
    await judge(`${name}-sites`);
    await page.evaluate(() => {
      location.hash = "/device";
    });
    await page.locator("neolia-device-page h1").waitFor();
    await judge(`${name}-device`);
    assert.deepEqual(problems, []);
  });
}

test("every dialog has no accessibility violation in both themes and fits a telephone", async () => {
  const { site, reception, door, phone } = house;
  const dialogs: [path: string, ...clicks: (string | RegExp)[]][] = [
    ["/buildings", "New building"],
    ["/buildings", "Remove"],
    [`/units/${reception.id}`, "Pair a wall panel", "Make the code"],
    [`/units/${reception.id}`, "Pair a phone"],
    [`/units/${reception.id}`, "Other SIP device", "Add"],
    [`/devices/${phone.id}`, "New password"],
    [`/devices/${phone.id}`, "Pair a phone"],
    [`/devices/${door.account.id}`, "Configuration file"],
    [`/rules/${reception.id}`, "Edit: Rule 1"],
    ["/sites", "New site"],
  ];
  const problems: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await desk.open("", { viewport: { width: 390, height: 844 }, colorScheme });
    for (const [path, ...clicks] of dialogs) {
      await go(page, path === "/sites" ? path : `/${site.id}${path}`);
      await settled(page);
      for (const name of clicks) await page.getByRole("button", { name, exact: true }).click();
      await page.getByRole("dialog").first().waitFor();
      const what = `dialog-${colorScheme}-${path}-${clicks.join("-")}`.replaceAll(/\W+/g, "-");
      await inspect(page, what).catch((error: Error) => void problems.push(error.message));
      problems.push(...(await overflowing(page)).map((part) => `${what}: ${part}`));
      // Whoever leaves the page leaves its dialog.
      await go(page, `/${site.id}/audit`);
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
  }
  assert.deepEqual(problems, []);
});

test("a code for a phone that has a login says before it is made what becomes of the phone, and when", async () => {
  const page = await desk.open(`/${house.site.id}/devices/${house.phone.id}`, { locale: "en-GB" });
  await page.getByRole("button", { name: "Pair a phone" }).click();
  await page.getByText("stays so until the code is used, and is then logged out").waitFor();
  await go(page, `/${house.site.id}/units/${house.reception.id}`);
  await page.getByRole("button", { name: "Pair a phone" }).click();
  await page.getByRole("button", { name: "Make the code" }).waitFor();
  assert.equal(await page.locator("[data-pairing=renews]").count(), 0, "a new phone has none");
});

/** Parts that are wider than the room they have. */
async function overflowing(page: Page): Promise<string[]> {
  return (await page.evaluate(`(() => {
    const found = [];
    const look = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) look(element.shadowRoot);
        if (!element.matches("main, .content, .page, .detail, .list, .card, dialog, form, nav")) continue;
        if (element.scrollWidth > element.clientWidth + 1) found.push(element.localName + "." + element.className + " " + element.scrollWidth + ">" + element.clientWidth);
      }
    };
    look(document);
    return found;
  })()`)) as string[];
}
