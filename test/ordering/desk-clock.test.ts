/** Times at the desk are the restaurant's, as the caller was told them, wherever the page is looked at. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { api, deskHooks, lineId, open, order } from "./desk-browser.ts";

deskHooks();

const AWAY = { width: 1440, height: 900, timezoneId: "Pacific/Auckland" };

/** As the caller hears it: on the clock of the site, which is in Paris. */
function inParis(atMs: number): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" }).format(
    atMs,
  );
}

test("board and history go by the restaurant's clock on a device that is on the other side of the world", async () => {
  order("first");
  const [taken] = api.ordering.boards.board(lineId).orders;
  assert.ok(taken);
  const page = await open("board", AWAY);
  const shown = await page.locator("article.new .time").textContent();
  assert.equal(shown?.split(" ").at(-1), inParis(taken.pickupAtMs));
  await page.getByRole("link", { name: "Calls" }).click();
  const row = page.locator("neolia-call-history tbody tr").first();
  await row.waitFor();
  const { calls } = await api.ordering.boards.history(lineId, { limit: 1 }, true);
  assert.match((await row.textContent()) ?? "", new RegExp(inParis(calls[0]?.startedAtMs ?? 0)));
});
