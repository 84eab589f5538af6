/** Pages of a long list: only what is on the screen is fetched, and what is shown does not flicker. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type FetchPage, PagedSource } from "../../panel/src/admin/components/list-source.ts";

/** A site of so many units, and what was asked of it. */
function site(units: number) {
  const asked: number[] = [];
  const known = { units, prefix: "" };
  const fetchPage: FetchPage<string> = async ({ offset, limit, search }) => {
    asked.push(offset);
    await turn();
    const all = Array.from({ length: known.units }, (_, n) => `${known.prefix}${n}`).filter((row) =>
      row.includes(search),
    );
    return { rows: all.slice(offset, offset + limit), total: all.length };
  };
  return { asked, known, source: new PagedSource(fetchPage) };
}

const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns++) await turn();
};

test("who jumps to the end of ten thousand rows fetches one page", async () => {
  const { asked, source } = site(10_000);
  source.ensure(0, 20);
  await settled();
  source.ensure(9_980, 10_012);
  await settled();
  assert.deepEqual([asked, source.total, source.at(9_999), source.at(5_000)], [[0, 9_950], 10_000, "9999", undefined]);
});

test("rows of two pages on one screen are both fetched, and those that are here are not fetched again", async () => {
  const { asked, source } = site(1_000);
  source.ensure(0, 20);
  await settled();
  source.ensure(90, 120);
  await settled();
  source.ensure(40, 60);
  await settled();
  assert.deepEqual(asked, [0, 50, 100]);
  assert.equal(source.at(119), "119");
});

test("while a screen is fetched anew its old rows are shown, and other pages are forgotten", async () => {
  const { known, source } = site(1_000);
  source.ensure(0, 20);
  await settled();
  source.ensure(90, 120);
  await settled();
  known.prefix = "new ";
  const shown: (string | undefined)[] = [];
  source.subscribe(() => shown.push(source.at(90), source.at(119)));
  source.reload();
  assert.equal(source.at(119), "119");
  await settled();
  assert.equal(shown.includes(undefined), false);
  assert.deepEqual([source.at(90), source.at(119), source.at(250)], ["new 90", "new 119", undefined]);
});

test("a list that grew shorter, or to nothing, under the screen ends there", async () => {
  const { known, source } = site(1_000);
  source.ensure(980, 1_000);
  await settled();
  known.units = 150;
  source.reload();
  await settled();
  assert.equal(source.total, 150);
  source.ensure(140, 160);
  await settled();
  assert.equal(source.at(149), "149");
  known.units = 0;
  source.reload();
  await settled();
  assert.deepEqual([source.total, source.at(149), source.failure], [0, undefined, null]);
});
