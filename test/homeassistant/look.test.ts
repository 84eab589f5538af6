/** The panel is a part of Home Assistant: theme, dark mode, language, narrow screens, kiosk mode, notches. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Locator } from "playwright-core";
import { until } from "../lab/until.ts";
import { accessible } from "../panel/inspect.ts";
import { CoreSocket } from "./core-socket.ts";
import { nativePanel } from "./door-house.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { PanelAtHome, type Way } from "./panel-at-home.ts";

const WAYS: Way[] = ["frame", "native"];
const TELEPHONE = { width: 390, height: 844 };
const THEMES = `Lake:
  primary-color: "rgb(120, 40, 200)"
  primary-background-color: "rgb(250, 240, 230)"
  card-background-color: "rgb(255, 250, 245)"
  primary-text-color: "rgb(20, 10, 5)"
  success-color: "rgb(0, 90, 160)"
Night:
  modes:
    dark:
      primary-color: "rgb(240, 200, 40)"
      primary-background-color: "rgb(5, 10, 20)"
      card-background-color: "rgb(15, 20, 35)"
      primary-text-color: "rgb(240, 240, 250)"
`;

/** What people really set: the colour of everything that our buttons are made from, and of what is around them. */
const EXTREMES: Record<string, [colour: string, background: string]> = {
  White: ["#ffffff", "#fffffe"],
  Black: ["#000000", "#000001"],
  Yellow: ["#ffff00", "#fffffd"],
  Grey: ["#777777", "#888888"],
  Glass: ["rgba(255, 255, 255, 0.2)", "#101112"],
  Smoke: ["rgba(0, 0, 0, 0.2)", "#f0f1f2"],
  Nonsense: ["no-colour-at-all", "#fefefe"],
};
const EXTREME_THEMES = Object.entries(EXTREMES)
  .map(
    ([name, [colour, background]]) => `${name}:
  primary-color: "${colour}"
  success-color: "${colour}"
  error-color: "${colour}"
  primary-background-color: "${background}"
  card-background-color: "${background}"
`,
  )
  .join("");

/** WCAG's contrast of an element's words with its background, and with what shines through that. */
async function contrastOf(words: Locator): Promise<number> {
  return await words.evaluate((node) => {
    const canvas = document.createElement("canvas").getContext("2d");
    if (canvas === null) return 0;
    const behind: string[] = [];
    let at: Element | null = node;
    while (at !== null) {
      behind.unshift(getComputedStyle(at).backgroundColor);
      const root: Node = at.getRootNode();
      at = at.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    }
    const luminance = (colours: string[]): number => {
      for (const colour of ["#ffffff", ...colours]) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const both = [luminance(behind), luminance([...behind, getComputedStyle(node).color])];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  });
}

houseWithBrowser({
  files: { "themes/lab.yaml": THEMES + EXTREME_THEMES },
  nativePanels: nativePanel("edge-to-edge", "    handle_safe_area: true\n"),
});

/** Keeps a picture when `NEOLIA_SHOTS` names a folder. */
async function shot(panel: PanelAtHome, name: string): Promise<void> {
  const folder = process.env.NEOLIA_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await panel.page.screenshot({ path: join(folder, `home-${panel.way}-${name}.png`) });
}

async function openSetUp(way: Way, path = ""): Promise<PanelAtHome> {
  const panel = await PanelAtHome.open(browser, house, house.home.rosa, { way, path });
  await panel.root.locator("neolia-setup-view").waitFor();
  await panel.setUp(house, "401");
  return panel;
}

/** Makes the theme everybody's, as an automation does; "default" is Home Assistant's own. */
/** Home Assistant's own menu makes room a moment after the window has become narrow. */
async function fits(panel: PanelAtHome, what: string): Promise<void> {
  const isWithin = () => panel.root.locator("neolia-panel").evaluate((node) => node.scrollWidth <= node.clientWidth);
  await until(isWithin, { what: `${what}: a panel that is not too wide` });
}

async function setTheme(name: string, mode: "light" | "dark"): Promise<void> {
  const socket = await CoreSocket.open(house.home.core.url, house.home.ownerToken);
  await socket.command("call_service", { domain: "frontend", service: "set_theme", service_data: { name, mode } });
  socket.close();
}

/** Rosa's own language and clock. */
async function speak(language: string, clock: string): Promise<void> {
  const { core, rosa } = house.home;
  const socket = await CoreSocket.open(core.url, rosa.tokens.access_token);
  const value = { language, number_format: "language", time_format: clock };
  await socket.command("frontend/set_user_data", { key: "language", value });
  socket.close();
}

async function styleOf(panel: PanelAtHome, property: string, selector = "neolia-panel"): Promise<string> {
  const element = panel.root.locator(selector).first();
  return (await element.evaluate((node, name) => getComputedStyle(node).getPropertyValue(name), property)) as string;
}

for (const way of WAYS) {
  test(`a theme that is switched in Home Assistant is the panel's at once, colours and dark mode: ${way}`, async () => {
    await setTheme("default", "light");
    const panel = await openSetUp(way);
    await shot(panel, "default-light");
    await accessible(panel.frame, `default light, ${way}`, "neolia-panel");
    assert.equal(await styleOf(panel, "color-scheme"), "light");

    const background = (wanted: string) =>
      until(async () => (await styleOf(panel, "background-color")) === wanted, { what: `the background ${wanted}` });
    await setTheme("Lake", "light");
    await background("rgb(250, 240, 230)");
    assert.equal(await styleOf(panel, "background-color", "neolia-home-view .doors li"), "rgb(255, 250, 245)");
    assert.equal(await styleOf(panel, "color"), "rgb(20, 10, 5)");
    await shot(panel, "lake");
    await accessible(panel.frame, `Lake, ${way}`, "neolia-panel");

    await panel.page.emulateMedia({ colorScheme: "dark" });
    await setTheme("Night", "dark");
    await background("rgb(5, 10, 20)");
    assert.equal(await styleOf(panel, "color-scheme"), "dark");
    await shot(panel, "night");
    await accessible(panel.frame, `Night, ${way}`, "neolia-panel");

    await setTheme("default", "dark");
    await until(async () => (await styleOf(panel, "background-color")) !== "rgb(5, 10, 20)", { what: "the default" });
    assert.equal(await styleOf(panel, "color-scheme"), "dark");
    await shot(panel, "default-dark");
    await accessible(panel.frame, `default dark, ${way}`, "neolia-panel");
    await panel.close();
    await setTheme("default", "light");
  });

  test(`a resident whose Home Assistant is French, with a clock of twelve hours, has a panel like that: ${way}`, async () => {
    const { rosa } = house.home;
    await speak("fr", "12");
    const panel = await PanelAtHome.open(browser, house, rosa, { way });
    await panel.root.getByText("Configurer ce panneau").waitFor();
    assert.equal(await panel.root.locator("neolia-panel").getAttribute("lang"), "fr-u-hc-h12");
    await accessible(panel.frame, `French, ${way}`, "neolia-panel");
    await speak("en", "language");
    await panel.close();
  });

  test(`a Home Assistant in a language that we do not speak has an English panel, whole also where it reads from right to left: ${way}`, async () => {
    for (const [language, direction] of [
      ["ar", "rtl"],
      ["he", "rtl"],
      ["de", "ltr"],
    ] as const) {
      await speak(language, "24");
      const panel = await openSetUp(way);
      await panel.page.locator(`html[lang=${language}]`).waitFor({ state: "attached" });
      await until(
        () =>
          panel.page.evaluate(
            (wanted) =>
              getComputedStyle(document.querySelector("home-assistant") ?? document.body).direction === wanted,
            direction,
          ),
        { what: `a Home Assistant in ${language}` },
      );
      assert.equal(await panel.root.locator("neolia-panel").getAttribute("lang"), "en-u-hc-h23");
      assert.equal(await styleOf(panel, "direction"), "ltr");
      assert.equal(await styleOf(panel, "text-align"), "start");
      await panel.root.getByText("Ready to ring").first().waitFor();
      for (const size of [TELEPHONE, { width: 1024, height: 600 }]) {
        await panel.page.setViewportSize(size);
        await shot(panel, `${language}-${size.width}`);
        await fits(panel, `${language}, ${size.width}`);
      }
      await accessible(panel.frame, `${language}, ${way}`, "neolia-panel");
      await panel.close();
    }
    await speak("en", "language");
  });

  test(`whatever colours a theme has, the words on the call's buttons can be read: ${way}`, async () => {
    await setTheme("default", "light");
    const panel = await openSetUp(way);
    house.door.mark();
    await house.door.dial("unit401");
    await panel.rings();
    for (const theme of Object.keys(EXTREMES)) {
      await setTheme(theme, "light");
      const [, background] = EXTREMES[theme] ?? [];
      await until(async () => (await styleOf(panel, "--nl-bg")) === background, { what: theme });
      await shot(panel, `ringing-${theme.toLowerCase()}`);
      const buttons = panel.root.locator("neolia-incoming-view .buttons button");
      assert.equal(await buttons.count(), 2);
      for (const button of await buttons.all()) {
        const ratio = await contrastOf(button);
        assert.ok(ratio >= 4.5, `${theme}, ${await button.innerText()}: ${ratio.toFixed(2)}`);
      }
    }
    await setTheme("default", "light");
    await house.door.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    await panel.close();
  });

  test(`on a telephone with a notch and in kiosk mode, the ringing call's buttons are whole and within reach: ${way}`, async () => {
    const panel = await openSetUp(way);
    await withNotch(panel);
    await setKiosk(panel, true);
    house.door.mark();
    await house.door.dial("unit401");
    await panel.rings();
    await shot(panel, "ringing-kiosk-notch");
    for (const name of ["Answer", "Decline"]) {
      const box = await panel.root.locator("neolia-incoming-view").getByRole("button", { name }).boundingBox();
      assert.ok(box !== null, name);
      assert.ok(box.x >= 0 && box.x + box.width <= TELEPHONE.width, `${name}: ${JSON.stringify(box)}`);
      assert.ok(
        box.y >= NOTCH.top && box.y + box.height <= TELEPHONE.height - NOTCH.bottom,
        `${name}: ${JSON.stringify(box)}`,
      );
      assert.ok(box.height >= 48, name);
    }
    await panel.answer();
    const end = await panel.root.locator("neolia-call-view button.stop").boundingBox();
    assert.ok(end !== null && end.y + end.height <= TELEPHONE.height - NOTCH.bottom, JSON.stringify(end));
    await panel.hangUp();
    await house.door.waitFor("CALL_CLOSED");
    await setKiosk(panel, false);
    await panel.close();
  });

  test(`on a telephone a menu button opens Home Assistant's sidebar, and nothing is cut off: ${way}`, async () => {
    const panel = await openSetUp(way);
    await panel.page.setViewportSize(TELEPHONE);
    await shot(panel, "telephone");
    const drawer = panel.page.locator("ha-drawer");
    assert.equal(await drawer.evaluate((node) => node.hasAttribute("open")), false);
    // In the frame the button is Home Assistant's own, above it.
    const button = way === "frame" ? panel.page.locator("ha-panel-app .header ha-icon-button") : menuOf(panel);
    await button.click();
    await panel.page.locator("ha-sidebar").getByText("Rosa Resident").waitFor();
    await until(() => drawer.evaluate((node) => Reflect.get(node, "open") === true), { what: "the open drawer" });
    await fits(panel, "the open drawer");
    await panel.close();
  });

  test(`in kiosk mode there is no menu button, and the panel has the whole screen: ${way}`, async () => {
    const panel = await openSetUp(way);
    await panel.page.setViewportSize(TELEPHONE);
    const header = way === "frame" ? panel.page.locator("ha-panel-app .header") : menuOf(panel);
    await header.waitFor();
    await setKiosk(panel, true);
    await header.waitFor({ state: "detached" });
    await until(
      async () => {
        const box = await panel.root.locator("neolia-panel").boundingBox();
        return box?.x === 0 && box.y === 0 && box.width === TELEPHONE.width && box.height === TELEPHONE.height;
      },
      { what: "the panel to fill the screen" },
    );
    await shot(panel, "kiosk");
    await setKiosk(panel, false);
    await header.waitFor();
    await panel.close();
  });
}

async function setKiosk(panel: PanelAtHome, enable: boolean): Promise<void> {
  await panel.page.evaluate(
    `window.dispatchEvent(Object.assign(new Event("hass-kiosk-mode"), { detail: { enable: ${enable} } }))`,
  );
}

function menuOf(panel: PanelAtHome) {
  return panel.root.getByRole("button", { name: "Open Home Assistant's menu" });
}

const NOTCH = { top: 40, bottom: 30, left: 0, right: 0 };

async function withNotch(panel: PanelAtHome): Promise<void> {
  const session = await panel.context.newCDPSession(panel.page);
  await session.send("Emulation.setSafeAreaInsetsOverride", { insets: NOTCH });
  await panel.page.setViewportSize(TELEPHONE);
}

/** Distance from the top of the window to the first text, and from the panel's own padding. */
async function clearances(panel: PanelAtHome): Promise<{ heading: number; padding: string }> {
  const heading = await panel.root.locator("neolia-home-view h1").boundingBox();
  return { heading: heading?.y ?? 0, padding: await styleOf(panel, "padding-top") };
}

test("what Home Assistant keeps clear of a notch, the panel does not keep clear once more", async () => {
  for (const way of WAYS) {
    const panel = await openSetUp(way);
    const before = await clearances(panel);
    await withNotch(panel);
    await until(async () => (await clearances(panel)).heading > before.heading, { what: "the room at the top" });
    await shot(panel, "notch");
    const after = await clearances(panel);
    assert.equal(after.padding, "0px");
    await panel.close();
  }
});

test("a native panel that is configured to reach into the corners keeps its own content clear of them", async () => {
  const panel = await openSetUp("native", "/../edge-to-edge");
  await withNotch(panel);
  await until(async () => (await clearances(panel)).padding === `${NOTCH.top}px`, { what: "the room at the top" });
  await shot(panel, "edge-to-edge");
  await panel.close();
});
