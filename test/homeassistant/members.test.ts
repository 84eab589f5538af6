/** The page that says who lives where: Home Assistant's own users, linked to units and to the desk by an administrator. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Locator } from "playwright-core";
import type { Member } from "../../bridge/src/api/member.ts";
import { holdAnswers } from "../lab/hold-answers.ts";
import { until } from "../lab/until.ts";
import { accessible } from "../panel/inspect.ts";
import { CoreSocket } from "./core-socket.ts";
import { nativePanel } from "./door-house.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { PanelAtHome } from "./panel-at-home.ts";

const SIZES = {
  wall: { width: 1024, height: 600 },
  telephone: { width: 390, height: 844 },
  desk: { width: 1440, height: 900 },
};

houseWithBrowser();

async function openPage(path = ""): Promise<{ panel: PanelAtHome; page: Locator }> {
  const panel = await PanelAtHome.open(browser, house, house.home.owner, { path: `/admin/members${path}` });
  await panel.page.setViewportSize(SIZES.desk);
  const page = panel.root.locator("neolia-members-page");
  await page.getByRole("heading", { name: /Residents|Résidents/ }).waitFor();
  return { panel, page };
}

async function memberOf(userId: string): Promise<Member | undefined> {
  return (await (await house.owner()).get<Member[]>("api/members")).find((member) => member.userId === userId);
}

async function numbersOf(userId: string): Promise<string[]> {
  const { unitIds = [] } = (await memberOf(userId)) ?? {};
  return Object.values(house.units)
    .filter(({ id }) => unitIds.includes(id))
    .map(({ number }) => number);
}

async function shot(panel: PanelAtHome, name: string): Promise<void> {
  const folder = process.env.NEOLIA_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await panel.page.screenshot({ path: join(folder, `members-${name}.png`) });
}

test("a unit is added and taken away by mouse, each said to be saved, and undo takes it back", async () => {
  const { rosa } = house.home;
  const { panel, page } = await openPage();
  await page.getByRole("option", { name: /Rosa Resident/ }).click();
  const detail = page.locator("neolia-member-detail");
  await detail.getByText("Unit 401").waitFor();
  await detail.getByRole("combobox", { name: "Add a unit" }).fill("402");
  await detail.getByRole("option", { name: /Unit 402/ }).click();
  await detail.getByText("Saved", { exact: true }).waitFor();
  assert.deepEqual(await numbersOf(rosa.id), ["401", "402"]);
  await page.getByRole("option", { name: /Rosa Resident.*Unit 401, Unit 402/s }).waitFor();

  await detail.getByRole("button", { name: "Take Unit 401 away from Rosa Resident" }).click();
  await panel.root.getByText("Unit 401 was taken away from Rosa Resident.").waitFor();
  assert.deepEqual(await numbersOf(rosa.id), ["402"]);
  await panel.root.getByRole("button", { name: "Undo" }).click();
  await detail.getByText("Unit 401").waitFor();
  await until(async () => (await numbersOf(rosa.id)).length === 2, { what: "the unit to be back" });
  await detail.getByRole("button", { name: "Take Unit 402 away from Rosa Resident" }).click();
  await until(async () => (await numbersOf(rosa.id)).length === 1, { what: "the unit to be gone" });
  await panel.close();
});

test("the keyboard alone finds a person by their unit, gives them another one and the desk", async () => {
  const { sam } = house.home;
  const { panel, page } = await openPage();
  const { keyboard } = panel.page;
  await page.getByRole("option", { name: /Sam Resident/ }).waitFor();
  await page.getByRole("searchbox").focus();
  await keyboard.type("402");
  await until(async () => (await page.getByRole("option").count()) === 1, { what: "one person of unit 402" });
  await keyboard.press("Enter");
  await keyboard.press("Enter");
  const detail = page.locator("neolia-member-detail");
  await detail.getByRole("heading", { name: "Sam Resident" }).waitFor();
  await detail.getByRole("combobox").focus();
  await keyboard.type("401");
  await detail.getByRole("option", { name: /Unit 401/ }).waitFor();
  await keyboard.press("Enter");
  await until(async () => (await numbersOf(sam.id)).length === 2, { what: "the second unit" });
  await detail.getByRole("checkbox", { name: "Works at the restaurant's desk" }).focus();
  await keyboard.press("Space");
  await until(async () => (await memberOf(sam.id))?.desk === true, { what: "the desk" });
  await panel.root.getByText("Sam Resident works at the desk now.").waitFor();
  await panel.root.getByRole("button", { name: "Undo" }).press("Enter");
  await until(async () => (await memberOf(sam.id))?.desk === false, { what: "the desk to be taken back" });
  await until(async () => !(await detail.getByRole("checkbox").isChecked()), { what: "the page to say so" });
  await (await house.owner()).put(`api/members/${sam.id}`, { unitIds: [house.units["402"].id] });
  await panel.close();
});

test("two quick changes of one person are both made, and undo takes back the second alone", async () => {
  const { rosa } = house.home;
  const { panel, page } = await openPage(`/${rosa.id}`);
  const detail = page.locator("neolia-member-detail");
  const drop = detail.getByRole("button", { name: "Take Unit 401 away from Rosa Resident" });
  await drop.waitFor();
  const { count, release } = await holdAnswers(panel.page, "api/members/*");
  await detail.getByRole("checkbox", { name: "Works at the restaurant's desk" }).check();
  await drop.click();
  await until(() => count.passed === 1, { what: "the first change at the bridge" });
  release();
  await panel.root.getByText("Unit 401 was taken away from Rosa Resident.").waitFor();
  assert.deepEqual([(await memberOf(rosa.id))?.desk, await numbersOf(rosa.id)], [true, []]);
  await panel.root.getByRole("button", { name: "Undo" }).click();
  await until(async () => (await numbersOf(rosa.id)).join() === "401", { what: "the unit to be back" });
  assert.equal((await memberOf(rosa.id))?.desk, true);
  await (await house.owner()).put(`api/members/${rosa.id}`, { unitIds: [house.units["401"].id], desk: false });
  await panel.close();
});

test("what another administrator changes shows at once, and what the bridge refuses is taken back and said", async () => {
  const { rosa } = house.home;
  const { panel, page } = await openPage(`/${rosa.id}`);
  const detail = page.locator("neolia-member-detail");
  await detail.getByText("Unit 401").waitFor();
  const owner = await house.owner();
  await owner.put(`api/members/${rosa.id}`, { unitIds: [] });
  await detail.getByText("No unit yet. Until there is one").waitFor();
  await page.getByRole("option", { name: /Rosa Resident.*No unit yet/s }).waitFor();
  await owner.put(`api/members/${rosa.id}`, { unitIds: [house.units["401"].id] });
  await detail.getByText("Unit 401").waitFor();

  await panel.page.route("**/api/members/*", (route) => route.fulfill({ status: 502, body: "502: Bad Gateway" }));
  await detail.getByRole("button", { name: "Take Unit 401 away from Rosa Resident" }).click();
  await panel.root.getByRole("alert").getByText("Neolia does not answer").waitFor();
  await detail.getByText("Unit 401").waitFor();
  assert.deepEqual(await numbersOf(rosa.id), ["401"]);
  await panel.close();
});

test("who is gone from Home Assistant can be forgotten, and where nobody is known the page says what to do", async () => {
  const gone = "f".repeat(32);
  await (await house.owner()).put(`api/members/${gone}`, { unitIds: [house.units["402"].id] });
  const { panel, page } = await openPage(`/${gone}`);
  await page.getByRole("button", { name: "Remove what is linked" }).click();
  await until(async () => (await memberOf(gone)) === undefined, { what: "the link to be gone" });
  await panel.page.route("**/api/members", (route) => route.fulfill({ json: [] }));
  await panel.page.reload();
  await page.getByText("Nobody to show.").waitFor();
  await accessible(panel.frame, "nobody", "neolia-panel");
  await shot(panel, "nobody");
  await panel.close();
});

test("in every size, light and dark, English and French, it is whole and accessible", async () => {
  const { core, ownerToken, owner, rosa } = house.home;
  const as = async (type: string, fields: Record<string, unknown>, token = ownerToken) => {
    const socket = await CoreSocket.open(core.url, token);
    await socket.command(type, fields);
    socket.close();
  };
  for (const [mode, language] of [
    ["light", "en"],
    ["dark", "fr"],
  ]) {
    const value = { language, number_format: "language", time_format: "language" };
    await as("frontend/set_user_data", { key: "language", value }, owner.tokens.access_token);
    await as("call_service", { domain: "frontend", service: "set_theme", service_data: { name: "default", mode } });
    const { panel, page } = await openPage();
    await panel.page.emulateMedia({ colorScheme: mode === "dark" ? "dark" : "light" });
    for (const [name, size] of Object.entries(SIZES)) {
      await panel.page.setViewportSize(size);
      await panel.follow("/admin/members");
      await page.getByRole("option", { name: /Rosa Resident/ }).waitFor();
      await shot(panel, `${name}-${mode}-list`);
      await accessible(panel.frame, `${name} ${mode} list`, "neolia-panel");
      await panel.follow(`/admin/members/${rosa.id}`);
      await page.locator("neolia-member-detail").getByRole("combobox").waitFor();
      await shot(panel, `${name}-${mode}-person`);
      await accessible(panel.frame, `${name} ${mode} person`, "neolia-panel");
      const wide = await page.evaluate((node) => node.scrollWidth - node.clientWidth);
      assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
    }
    await panel.close();
  }
});

test("the installer's settings hold the file and the lines of a native panel, with this app's own name", async () => {
  const panel = await PanelAtHome.open(browser, house, house.home.owner, { path: "/admin/settings/native" });
  const part = panel.root.locator("neolia-native-part");
  await part.getByText("module_url: /local/neolia-native-panel.js").waitFor();
  const lines = await part.locator("pre").innerText();
  assert.match(lines, new RegExp(`slug: ${house.home.supervisor.slug}$`, "m"));
  assert.equal(lines.replace("Interphone", "Intercom").trim(), `panel_custom:\n${nativePanel("intercom").trimEnd()}`);
  const [file] = await Promise.all([panel.page.waitForEvent("download"), part.getByRole("link").click()]);
  assert.equal(file.suggestedFilename(), "neolia-native-panel.js");
  await accessible(panel.frame, "native", "neolia-panel");
  await shot(panel, "native-part");
  await panel.close();
});
