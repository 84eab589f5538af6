/** A full evening on the board: two hundred orders, names and wishes in every script, and somebody who works with the keyboard alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { ulid } from "ulid";
import { inspect } from "../panel/inspect.ts";
import { api, CALLER, deskHooks, draft, lineId, open, order } from "./desk-browser.ts";

deskHooks();

const NAMES = ["أحمد بن علي", "דוד כהן", `<img src=x onerror="document.title='taken'">`, "Zoë 🍕", "Paul Martin"];
const DISHES = ["بيتزا 4 (كبيرة)", "פיצה 4 גבינות", "<b>Reine</b>", "Pizza 🍍", "Margherita"];
const NOTES = ["بدون بصل، 2 من فضلك!", "<script>document.title='taken'</script>", ""];
const STAGES = ["new", "accepted", "ready", "gone"] as const;

/** Two hundred orders, a quarter in each stage, and as many calls in the history. */
function fill(): void {
  order("first");
  const [row] = api.store.orders.inStages(lineId, ["new"]);
  const call = api.store.orderCalls.get("first");
  assert.ok(row && call);
  const now = Date.now();
  for (let n = 0; n < 199; n++) {
    const stage = STAGES[n % 4] ?? "new";
    const name = NAMES[n % 5] ?? "";
    const note = NOTES[n % 3] ?? "";
    const lines = row.lines.map((line) => ({ ...line, name: DISHES[n % 5] ?? "", note }));
    const [acceptedAtMs, goneAtMs] = [stage === "new" ? null : now, stage === "gone" ? now : null];
    api.store.orders.insert({
      ...row,
      ...{ id: ulid(), callId: `many${n}`, number: n + 2, stage, name, note, lines, acceptedAtMs, goneAtMs },
      ...{ callerNumber: `+3363998${String(n).padStart(4, "0")}`, committedAtMs: now - n * 1_000 },
    });
    const data = JSON.stringify({ ...JSON.parse(call.data), name });
    const [startedAtMs, endedAtMs] = [now - (n + 60) * 60_000, now - (n + 59) * 60_000];
    api.store.orderCalls.insert({ ...call, callId: `past${n}`, data, startedAtMs, endedAtMs });
  }
}

/** Left edge of each character of a text, as the page has drawn it. */
const drawnAt = (page: Page, selector: string, text: string): Promise<number[]> =>
  page
    .locator(selector)
    .filter({ hasText: text })
    .first()
    .evaluate((element, wanted) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = (node.textContent ?? "").indexOf(wanted);
        if (at < 0) continue;
        return [...wanted].map((_, index) => {
          const range = document.createRange();
          range.setStart(node, at + index);
          range.setEnd(node, at + index + 1);
          return range.getBoundingClientRect().left;
        });
      }
      return [];
    }, text);

const isRising = (edges: number[]): boolean => edges.every((edge, at) => at === 0 || edge > (edges[at - 1] ?? 0));

test("two hundred orders and calls in Arabic, Hebrew, emoji and HTML: accessible, nothing cut off, numbers and prices read forwards, no markup comes alive", async () => {
  fill();
  const page = await open();
  await page.locator("neolia-kitchen-board article").nth(199).waitFor({ state: "attached" });
  await inspect(page, "desk board, two hundred orders");
  assert.ok(isRising(await drawnAt(page, "neolia-kitchen-board .order:has-text('דוד') > p", "€35.50")));
  const [name = 0] = await drawnAt(page, "neolia-kitchen-board .order:has-text('דוד') > p", "דוד");
  const [price = 0] = await drawnAt(page, "neolia-kitchen-board .order:has-text('דוד') > p", "€35.50");
  assert.ok(name < price, "the name stands before its total");
  await page.getByRole("link", { name: "Calls", exact: true }).click();
  const row = "neolia-call-history tr:has-text('أحمد')";
  await page.locator(row).first().waitFor();
  const number = await drawnAt(page, row, "06 39 98 01 78");
  assert.ok(number.length > 0 && isRising(number), `${CALLER} stands there as ${number.map(Math.round).join(" ")}`);
  const more = page.getByRole("button", { name: "Earlier calls" });
  for (const rows of [100, 150, 200]) {
    await more.click();
    await page
      .locator("neolia-call-history tbody tr")
      .nth(rows - 1)
      .waitFor();
  }
  await inspect(page, "desk history, two hundred calls");
  assert.equal(await page.title(), "Neolia");
  assert.equal(await page.locator("neolia-call-history img, neolia-kitchen-board b b").count(), 0);
});

test("a board of two hundred orders is drawn anew without making what times and prices are written by again", async () => {
  fill();
  const page = await open();
  await page.locator("neolia-kitchen-board article").nth(199).waitFor({ state: "attached" });
  await page.evaluate(() => {
    const made = { count: 0 };
    Object.assign(window, { made });
    for (const kind of ["DateTimeFormat", "NumberFormat"] as const) {
      const Native = Intl[kind] as new (...args: unknown[]) => object;
      Object.assign(Intl, {
        [kind]: class extends Native {
          constructor(...args: unknown[]) {
            super(...args);
            made.count += 1;
          }
        },
      });
    }
  });
  order("another");
  await page.locator("neolia-kitchen-board article").nth(200).waitFor({ state: "attached" });
  const made = await page.evaluate(() => (window as unknown as { made: { count: number } }).made.count);
  assert.ok(made < 20, `${made} made`);
});

test("with the keyboard alone: a card that goes hands the keyboard to the next one in its column, a draft to the next draft, and what failed leaves it where it was", async () => {
  for (const id of ["one", "two", "three", "four"]) order(id);
  draft("left");
  draft("left too");
  const page = await open();
  const focused = () =>
    page.locator("neolia-kitchen-board").evaluate((board) => {
      const active = board.shadowRoot?.activeElement;
      return `${active?.closest("article")?.getAttribute("aria-label") ?? active?.closest("article")?.className}: ${active?.textContent?.trim()}`;
    });
  const accept = page.getByRole("button", { name: "Accept", exact: true });
  await accept.first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Ready", exact: true }).waitFor();
  assert.match(await focused(), /^Order 2: New: Accept$/);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Ready", exact: true }).nth(1).waitFor();
  assert.match(await focused(), /^Order 3: New: Accept$/);
  const aside = page.getByRole("button", { name: "Put aside" });
  await aside.first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".draft").nth(1).waitFor({ state: "detached" });
  assert.match(await focused(), /^Anne, the caller hung up: Call back/);
  const cancel = async (number: number): Promise<void> => {
    await page.getByRole("button", { name: `Cancel the order ${number}` }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Cancel the order", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("article", { name: `Order ${number}: Cancelled` }).waitFor();
  };
  await cancel(3);
  assert.match(await focused(), /^Order 4: New: Accept$/);
  await cancel(4);
  const tag = () => page.locator("neolia-kitchen-board").evaluate((board) => board.shadowRoot?.activeElement?.tagName);
  assert.match((await tag()) ?? "lost", /^H[12]$/);
});
