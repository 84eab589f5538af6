/**
 * The way of an installer without a pointer: from an empty app to a hundred flats and a phone that rings; once in French
 * on a telephone, once in English on a wall panel. Keys only; at each stop the page fits, nothing is in the other
 * language, the focus is somewhere and can be seen, and what it was on could be hit by a finger.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type { Account, Rule, Unit } from "../../bridge/src/api/directory.ts";
import { adminLocalizer, adminTexts, counted } from "../../panel/src/localize/admin.ts";
import { unitLabel } from "../../panel/src/localize/localize.ts";
import { newProfile } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { Linphone } from "../lab/linphone.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { settled } from "./admin-desk.ts";
import { type EmptySite, startEmptySite } from "./empty-site.ts";
import { Keyboard } from "./keyboard.ts";

const DOMAIN = "lac.sip.example.com";

let site: EmptySite;
const folder = labFolder("keyboard-way");
beforeEach(async () => {
  site = await startEmptySite(DOMAIN);
});
afterEach(() => site?.stop());
after(() => folder.remove());

test("in French, on 390 pixels, with the keyboard alone: an empty app becomes a building whose phone rings", () =>
  wholeWay("fr", { width: 390, height: 844 }));

test("in English, on 1024×600, with the keyboard alone: an empty app becomes a building whose phone rings", () =>
  wholeWay("en", { width: 1024, height: 600 }));

async function wholeWay(language: "fr" | "en", viewport: { width: number; height: number }): Promise<void> {
  const t = adminLocalizer(language);
  const name = `keyboard-${viewport.width}`;
  const locale = language === "fr" ? "fr-FR" : "en-GB";
  const profile = await newProfile(site.browser, { viewport, locale, reducedMotion: "reduce" });
  const page = await profile.newPage();
  page.setDefaultTimeout(30_000);
  const keys = new Keyboard(page);
  const problems: string[] = [];
  /** Judges where we are; goes on, so that a run shows all there is to mend. */
  const stop = async (what: string): Promise<void> => {
    await settled(page);
    await keys.hasPlace(what).catch((error: Error) => void problems.push(error.message));
    await inspect(page, `${name}-${what}`).catch((error: Error) => void problems.push(error.message));
    problems.push(...(await page.evaluate(WIDE)).map((wide) => `${what}: ${wide}`));
    problems.push(...foreign(language, (await page.evaluate(TEXTS)) as string[]).map((text) => `${what}: "${text}"`));
  };
  const section = async (name: string): Promise<void> => {
    if (await page.getByRole("button", { name: t("admin.menu"), exact: true }).isVisible())
      await keys.push(t("admin.menu"));
    await keys.push(name);
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await stop(name);
  };

  await page.goto(site.bridge.pageUrl);
  await page.getByRole("button", { name: t("admin.open") }).waitFor();
  await keys.push(t("admin.open"));
  await page.getByRole("heading", { name: t("welcome.title") }).waitFor();
  await stop("welcome");

  // The site, and what comes of a domain that is none.
  await keys.fill(t("site.name"), "12 rue du Lac");
  await keys.fill(t("site.timeZone"), "Europe/Paris");
  await keys.fill(t("site.domain"), "pas un domaine");
  await keys.push(t("site.add"));
  await page.getByText(t("field.DOMAIN")).waitFor();
  await stop("refused");
  await keys.comesTo(t("site.domain"));
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(DOMAIN);
  await keys.push(t("site.add"));
  await page.getByRole("heading", { name: "12 rue du Lac", level: 1 }).waitFor();
  await stop("site");

  await keys.push(new RegExp(t("site.nextBuilding")));
  await page.getByRole("heading", { name: t("nav.buildings"), level: 1 }).waitFor();
  await stop("buildings");
  // A dialog that is left gives the focus back to what opened it.
  await keys.push(t("building.new"));
  await stop("new-building");
  await keys.press("Escape");
  await keys.comesTo(t("building.new"));
  await keys.press("Enter");
  await keys.comesTo(t("building.name"));
  await page.keyboard.type("Bâtiment A");
  await keys.push(t("building.add"));

  // The first building leads on to its units.
  await page.getByLabel(t("range.from")).waitFor();
  await stop("range");
  await keys.fill(t("range.from"), "101");
  await keys.fill(t("range.to"), "200");
  const make = counted(t, "range.make", 100);
  await page.getByRole("button", { name: make }).waitFor();
  await keys.push(make);
  await page.getByText(counted(t, "list.count", 100)).waitFor();
  await stop("units");

  await section(t("nav.doors"));
  await keys.push(t("door.new"));
  await stop("new-door");
  await keys.fill(t("door.label"), "Entrée principale");
  await keys.fill(t("door.sipName"), "entree");
  await keys.push(t("door.add"));
  await page.locator('[data-card="password"]').waitFor();
  const password = await page.locator('[data-card="password"]').innerText();
  await stop("card");
  await keys.push(t("card.kept"));
  await page.getByRole("heading", { name: "Entrée principale", level: 1 }).waitFor();
  await stop("door");

  // A unit among a hundred, by its number.
  await section(t("nav.units"));
  await keys.to(new RegExp(`^${t("list.search")}`));
  await page.keyboard.type("142");
  await page.getByText(counted(t, "list.count", 1), { exact: true }).waitFor();
  await keys.press("ArrowDown");
  await keys.press("Enter");
  await page.getByRole("heading", { name: unitLabel(t, "142"), level: 1 }).waitFor();
  await stop("unit");

  // Its rules, put in another order by the arrows.
  const unit = (await site.api.get<Unit[]>("/api/units")).find(({ number }) => number === "142");
  await keys.push(t("unit.openRules"));
  await page.getByRole("button", { name: t("rules.add") }).waitFor();
  await stop("rules");
  await keys.push(t("rules.add"));
  await stop("new-rule");
  await keys.fill(t("rule.caller"), "entree");
  await keys.push(t("form.save"));
  const rules = () => site.api.get<Rule[]>(`/api/rules?unitId=${unit?.id}`);
  await until(async () => (await rules()).length === 2, { what: "the second rule" });
  await keys.hasPlace("after the rule's form");
  const second = t("rules.move", { position: 2 });
  await page.getByRole("button", { name: second }).waitFor();
  await keys.to(second);
  await keys.press("ArrowUp");
  await page.getByText(t("rules.moved", { position: 1 })).waitFor({ state: "attached" });
  assert.equal((await rules())[0]?.sourcePattern, "entree");
  await keys.comesTo(t("rules.move", { position: 1 }));
  await stop("rules-moved");

  // The phone: its code on the screen, read by a camera.
  await page.goBack();
  await page.getByRole("heading", { name: unitLabel(t, "142"), level: 1 }).waitFor();
  await stop("back");
  await keys.push(t("pair.phone"));
  await stop("pair");
  await keys.push(t("pair.makeCode"));
  await page.locator("svg.qr").waitFor();
  await stop("code");
  const picture = join(folder.path, "code.png");
  await page.locator("svg.qr").screenshot({ path: picture });
  const code = execFileSync("zbarimg", ["--raw", "--quiet", "--nodbus", picture], { encoding: "utf8" }).trim();
  const phone = new Linphone({
    folder: join(folder.path, `linphone-${language}`),
    provisioningUrl: code,
    caFile: site.edge.caFile,
  });
  try {
    await page.getByText(t("pair.used")).waitFor({ timeout: 60_000 });
    await stop("paired");
    await keys.push(t("form.done"));
    await keys.hasPlace("after the pairing");
    const registered = async () =>
      (await site.api.get<Account[]>(`/api/accounts?unitId=${unit?.id}`)).find(
        ({ registration }) => registration.state === "registered",
      );
    await until(registered, { what: "the phone to register", timeoutMs: 60_000 });
    const station = await site.phone("entree", password);
    await station.dial("unit142");
    await phone.says(/incoming call from/i);
    await station.hangUp();
  } finally {
    await phone.stop();
  }

  for (const name of ["nav.health", "nav.devices", "nav.audit", "nav.settings", "nav.rules", "nav.members"] as const) {
    await section(t(name));
  }
  assert.deepEqual([...problems, ...[...keys.misses].map((miss) => `under the focus: ${miss}`)], []);
}

/** Texts of the other language that a page shows, unless this one says the same. */
function foreign(language: "fr" | "en", shown: readonly string[]): string[] {
  const own = new Set(Object.values<string>(adminTexts[language]));
  const others = Object.values<string>(adminTexts[language === "fr" ? "en" : "fr"]);
  const only = new Set(others.filter((text) => !own.has(text) && /[a-z]{2}/.test(text)));
  return shown.filter((text) => only.has(text));
}

/** Every text on the screen and every name that is read out. */
const TEXTS = `(() => {
  const texts = [document.title];
  const look = (root) => {
    for (const node of root.childNodes) {
      if (node.nodeType === 3) texts.push(node.textContent.replace(/\\s+/g, " ").trim());
      if (node.nodeType !== 1) continue;
      for (const name of ["aria-label", "placeholder", "title", "alt"]) {
        if (node.hasAttribute(name)) texts.push(node.getAttribute(name));
      }
      if (node.shadowRoot) look(node.shadowRoot);
      if (!["STYLE", "SCRIPT"].includes(node.nodeName)) look(node);
    }
  };
  look(document.body);
  return texts.filter(Boolean);
})()`;

/** What a person would have to push sideways. */
const WIDE = (): string[] => {
  const { scrollingElement } = document;
  const found: string[] = [];
  if (scrollingElement && scrollingElement.scrollWidth > innerWidth) found.push("the page is wider than the screen");
  return found;
};
