import assert from "node:assert/strict";
import { test } from "node:test";
import { type OrderingFigures, orderingPage } from "../bench/ordering-page.ts";

const spread = { median: 1, p95: 2 };
const figures: OrderingFigures = {
  ...{ calls: 74, noisyCalls: 12, exactCart: 1, exactCartNoise: 1, completed: 1, wrongTotals: 0, lost: 0, doubled: 0 },
  ...{ turns: 5, answeredMs: spread, firstWordsMs: spread, replyMs: spread, costCents: 0, media: null },
};

test("the page of the order desk's figures is made anew, and what a person wrote of other runs stays on it", () => {
  const first = orderingPage(figures, 10, "");
  const noted = `${first}\n## Other runs\n\n- One of them.\n`;
  const again = orderingPage({ ...figures, exactCart: 0.5 }, 10, noted);
  assert.match(again, /\| calls, exact cart \| 74, 50 % \|/);
  assert.doesNotMatch(again, /74, 100 %/);
  assert.equal(again.indexOf("## Other runs"), again.lastIndexOf("## Other runs"));
  assert.ok(again.endsWith("\n\n## Other runs\n\n- One of them.\n"));
});
