/**
 * The panel's part of `npm run bench -- directory`: how long until the list of units is there, a search has answered, the
 * end of the list is shown, and how smoothly it scrolls, at 100, 1,000 and 10,000 units. In Chromium on the real bridge.
 */
import type { Page } from "playwright-core";
import type { Building, Site } from "../../bridge/src/api/directory.ts";
import { AdminDesk, go } from "../directory/admin-desk.ts";
import { round, type Spread, spread } from "./figures.ts";

export interface PanelFigures {
  units: number;
  /** Milliseconds from the address to the first rows on the screen. */
  listMs: Spread;
  /** Milliseconds from the last key to the rows that fit. */
  searchMs: Spread;
  /** Milliseconds from the End key to the last row. */
  endMs: Spread;
  /** Milliseconds of a frame while it scrolls; 16.7 is as smooth as a screen gets. */
  frameMs: Spread;
  /** Elements of the list in the page: no more for ten thousand than for a hundred. */
  rowsInPage: number;
}

/** Measures one size after the other on one bridge. */
export async function measureDirectoryPanel(
  sizes: readonly number[] = [100, 1_000, 10_000],
  runs = 15,
): Promise<PanelFigures[]> {
  const desk = await AdminDesk.start();
  try {
    const figures: PanelFigures[] = [];
    for (const units of sizes) {
      const site = await fill(desk, units);
      figures.push(await measure(desk, site, units, runs));
      await desk.closePages();
    }
    return figures;
  } finally {
    await desk.stop();
  }
}

async function fill(desk: AdminDesk, units: number): Promise<Site> {
  const site = await desk.api.post<Site>("/api/sites", {
    name: `${units} units`,
    address: "",
    domain: `bench${units}.sip.example.com`,
    timeZone: "Europe/Paris",
  });
  for (let from = 1; from <= units; from += 1_000) {
    const building = await desk.api.post<Building>("/api/buildings", { siteId: site.id, name: `Building ${from}` });
    const to = Math.min(units, from + 999);
    await desk.api.post("/api/units/range", { buildingId: building.id, from, to, dryRun: false });
  }
  return site;
}

async function measure(desk: AdminDesk, site: Site, units: number, runs: number): Promise<PanelFigures> {
  const page = await desk.open(`/${site.id}`, { viewport: { width: 1024, height: 600 } });
  const lists: number[] = [];
  const searches: number[] = [];
  const ends: number[] = [];
  const frames: number[] = [];
  for (let run = 0; run < runs; run++) {
    await go(page, `/${site.id}`);
    lists.push(await timed(page, "Unit 1", () => go(page, `/${site.id}/units`)));
    frames.push(...(await scroll(page)));
    ends.push(
      await timed(page, `Unit ${units}`, async () => {
        await page.getByRole("listbox").focus();
        await page.keyboard.press("End");
      }),
    );
    const wanted = 1 + Math.floor((units - 1) * (run / runs));
    await page.getByRole("searchbox").fill("");
    searches.push(await timed(page, `Unit ${wanted}`, () => page.getByRole("searchbox").fill(`${wanted}`)));
  }
  const rowsInPage = await page.getByRole("option").count();
  return {
    units,
    listMs: spread(lists),
    searchMs: spread(searches),
    endMs: spread(ends),
    frameMs: spread(frames),
    rowsInPage,
  };
}

/** Until a row of this name is on the screen, from the act on; asked at each frame of the page. */
async function timed(page: Page, name: string, act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  const row = page.locator("neolia-admin-list .row strong").filter({ hasText: new RegExp(`^${name}$`) });
  await row.first().waitFor({ timeout: 60_000 });
  return round(performance.now() - startMs, 1);
}

/** Frame times of a second and a half of scrolling by a screen and more each frame. */
async function scroll(page: Page): Promise<number[]> {
  return (await page.evaluate(`(async () => {
    const find = (root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.getAttribute("role") === "listbox") return element;
        const within = element.shadowRoot && find(element.shadowRoot);
        if (within) return within;
      }
      return null;
    };
    const list = find(document);
    const frames = [];
    let last = performance.now();
    const endMs = last + 1500;
    while (last < endMs) {
      list.scrollTop = (list.scrollTop + 700) % Math.max(1, list.scrollHeight - list.clientHeight);
      const now = await new Promise((resolve) => requestAnimationFrame(resolve));
      frames.push(now - last);
      last = now;
    }
    list.scrollTop = 0;
    return frames.filter((ms) => ms > 0);
  })()`)) as number[];
}

if (process.argv[1] === import.meta.filename) {
  for (const figures of await measureDirectoryPanel()) console.log(JSON.stringify(figures));
}
