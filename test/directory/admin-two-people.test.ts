/** Two people at the same row, in each form: the second is told, sees both versions, and overwrites nothing unseen. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import type { Rule } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { inspect } from "../panel/inspect.ts";
import { AdminDesk, type SampleBuilding } from "./admin-desk.ts";

let desk: AdminDesk;
let house: SampleBuilding;
let number = 0;
around(
  async () => {
    desk = await AdminDesk.start();
  },
  () => desk?.stop(),
);
beforeEach(async () => {
  number++;
  house = await desk.makeBuilding(3, { domain: `pair${number}.sip.example.com`, name: `Pair ${number}` });
});
afterEach(() => desk.closePages());

interface Form {
  /** Behind the site's address. */
  path: string;
  /** Opens the form. */
  open?: (page: Page) => Promise<void>;
  label: string;
  /** Row of the API, its field, and what the first person writes into it. */
  row: string;
  field: string;
  theirs: string | number;
  mine: string;
}

const forms = (): Record<string, Form> => {
  const { site, building, units, door, phone, rule, reception } = house;
  return {
    site: { path: "", label: "Address", row: `sites/${site.id}`, field: "address", theirs: "1 Hill", mine: "2 Hill" },
    building: {
      ...{ path: "/buildings", label: "Name of the building", row: `buildings/${building.id}` },
      ...{ field: "name", theirs: "Tower", mine: "Villa" },
    },
    unit: {
      ...{ path: `/units/${units[0]?.id}`, label: "Number or name", row: `units/${units[0]?.id}` },
      ...{ field: "number", theirs: "901", mine: "902" },
    },
    door: {
      ...{ path: `/doors/${door.id}`, label: "Name of the door", row: `doors/${door.id}` },
      ...{ field: "label", theirs: "Gate", mine: "Porch" },
    },
    device: {
      ...{ path: `/devices/${phone.id}`, label: "Name of the device", row: `accounts/${phone.id}` },
      ...{ field: "label", theirs: "Red phone", mine: "Blue phone" },
    },
    rule: {
      path: `/rules/${reception.id}`,
      open: (page) => page.getByRole("button", { name: "Edit: Rule 1" }).click(),
      ...{ label: "For how many seconds", row: `rules/${rule.id}`, field: "ringSeconds", theirs: 40, mine: "50" },
    },
  };
};

for (const name of ["site", "building", "unit", "door", "device", "rule"]) {
  test(`the form of a ${name}: the second person is told, chooses, and only then it is saved`, async () => {
    const form = forms()[name] ?? assert.fail(name);
    const page = await desk.open(`/${house.site.id}${form.path}`);
    await form.open?.(page);
    const field = page.getByLabel(form.label).first();
    await field.fill(form.mine);
    const stored = async () => (await desk.api.get<Record<string, unknown>>(`/api/${form.row}`))[form.field];
    const before = await stored();
    await desk.api.patch(`/api/${form.row}`, { [form.field]: form.theirs });
    await page.getByRole("button", { name: "Save", exact: true }).first().click();
    await page.getByText("Somebody else changed this meanwhile").waitFor();
    assert.deepEqual([await stored(), before === form.theirs], [form.theirs, false], "nothing is overwritten");
    const choices = page.getByRole("radio");
    assert.equal(await choices.count(), 2, "both versions are there to choose from");
    await page.getByRole("radio", { name: `Yours: ${form.mine}` }).check();
    await page.getByRole("button", { name: "Save the choice" }).click();
    await page.getByText("Somebody else changed this meanwhile").waitFor({ state: "detached" });
    assert.equal(String(await stored()), form.mine);
  });
}

test("a row that the other person removed while it was edited says so, and nothing comes back", async () => {
  const unit = house.units[1];
  const page = await desk.open(`/${house.site.id}/units/${unit?.id}`);
  await page.getByLabel("Number or name").fill("999");
  await desk.api.delete(`/api/units/${unit?.id}`);
  await page.getByText("This is not there any more. Somebody may have removed it.").waitFor();
  assert.equal((await desk.api.get<{ id: string }[]>(`/api/units?siteId=${house.site.id}`)).length, 3);
});

const hours = (fromHour: number, toHour: number) => [{ fromMinute: fromHour * 60, toMinute: toHour * 60 }];
const rule = () => desk.api.get<Rule>(`/api/rules/${house.rule.id}`);
const saveOf = (page: Page) => page.getByRole("button", { name: "Save", exact: true });

async function openRule(): Promise<Page> {
  const page = await desk.open(`/${house.site.id}/rules/${house.reception.id}`);
  await page.getByRole("button", { name: "Edit: Rule 1" }).click();
  return page;
}

test("hours and target of a rule that the other person changed stay, when this one changed its seconds", async () => {
  const page = await openRule();
  await page.getByLabel("For how many seconds").fill("50");
  const target = `sip:unit102@${house.site.domain}`;
  await desk.api.patch(`/api/rules/${house.rule.id}`, { schedule: hours(8, 9), targetSipUri: target });
  await saveOf(page).click();
  await page.getByRole("radio", { name: "Yours: 50" }).check();
  await page.getByRole("button", { name: "Save the choice" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const { ringSeconds, schedule, targetSipUri } = await rule();
  assert.deepEqual([ringSeconds, schedule, targetSipUri], [50, hours(8, 9), target]);
});

test("hours that both changed are both shown, and one of them chosen", async () => {
  const page = await openRule();
  await page.getByRole("radio", { name: "Always" }).check();
  await desk.api.patch(`/api/rules/${house.rule.id}`, { schedule: hours(8, 9) });
  await saveOf(page).click();
  await page.getByText("Somebody else changed this meanwhile").waitFor();
  await page.getByRole("radio", { name: "Theirs: Mon 08:00–09:00" }).waitFor();
  await inspect(page, "rule-conflict");
  await page.getByRole("radio", { name: "Yours: always" }).check();
  await page.getByRole("button", { name: "Save the choice" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.deepEqual((await rule()).schedule, []);
});

test("a time without a day is not saved as always", async () => {
  const page = await openRule();
  const before = (await rule()).schedule;
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]) await page.getByLabel(day).uncheck();
  await saveOf(page).click();
  await page.getByRole("alert").filter({ hasText: "Nothing was saved" }).waitFor();
  assert.deepEqual((await rule()).schedule, before);
});

test("what was added since a removal said what it takes along is said first, and asked for again", async () => {
  const page = await desk.open(`/${house.site.id}/buildings`);
  await page
    .getByRole("button", { name: /^Remove/ })
    .first()
    .click();
  const dialog = page.locator("neolia-removal-dialog");
  await dialog.getByText("4 units", { exact: false }).waitFor();
  await desk.api.post("/api/units", { buildingId: house.building.id, number: "Cellar" });
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await dialog.getByText("confirm again").waitFor();
  await dialog.getByText("5 units", { exact: false }).waitFor();
  await inspect(page, "removal-changed");
  assert.equal((await desk.api.get<{ id: string }[]>(`/api/units?siteId=${house.site.id}`)).length, 5);
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await desk.api.get<{ id: string }[]>(`/api/units?siteId=${house.site.id}`)).length, 0);
});
