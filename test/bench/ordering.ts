/**
 * `npm run bench -- ordering`: the golden calls. Each case of a folder is a call with spoken words into a real line (Kamailio,
 * RTPEngine, the bridge); what stands on the board afterwards is held against what the case expects. Prints a line for each
 * call and, as its last line, one JSON object.
 *
 *   --calls <folder>    other cases and menus (test/phone/calls/README.md says what is in them)
 *   --at-once <n>       calls at the same time (10)
 *   --only <a,b>        cases whose name contains one of these
 *   --no-media          without the figures of latency, pacing, CPU and memory
 *   --orders <n>        for those figures, copies of an order on the boards of --at-once lines: as after so many calls, without playing them
 *   --write             into docs/benchmarks-ordering.md
 *   --record <folder>   keeps each session with the service, to be replayed
 *   --replay <folder>   the cases of which it has a recording, the service played from it
 *
 * With OPENAI_API_KEY in the environment the calls go to the real service (or to the one at OPENAI_BASE_URL), until
 * --budget-cents (200) are spent, and are recorded (into a folder in dist/recordings unless --record names another).
 *
 * What is wrong in the folder is told on stderr, each thing in a sentence with its file and line, and the exit code is 1.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Recorder } from "../fakes/realtime/recorder.ts";
import { type Recording, readRecording } from "../fakes/realtime/recording.ts";
import { putFirst } from "../lab/priority.ts";
import type { NamedCase } from "../phone/call-case.ts";
import { type CallerReport, playCase, rehearse } from "../phone/caller.ts";
import { CaseError } from "../phone/case-folder.ts";
import { openingOf } from "../phone/case-hours.ts";
import { judge, type Score } from "../phone/judge.ts";
import { LineLab, type Restaurant } from "../phone/line-lab.ts";
import { loadMenu } from "../phone/menus.ts";
import { lineOf, ScriptedModel } from "../phone/scripted-model.ts";
import { percentile, round } from "./figures.ts";
import { fillBoards } from "./full-boards.ts";
import { measureMedia } from "./ordering-media.ts";
import { type OrderingOptions, readOptions } from "./ordering-options.ts";
import { type OrderingFigures, orderingPage } from "./ordering-page.ts";

const options = asked();
const { folder, cases, service, record, replay } = options;
for (const note of folder.notes) console.log(`note: ${note}`);
const caseOn = (instructions: string | undefined): NamedCase | null => {
  const line = lineOf(instructions);
  return line === null ? null : (running.get(line) ?? null);
};
let recorder = null as Recorder | null;

/** What is played on each line now, by the line's name. */
const running = new Map<string, NamedCase>();
const models: ScriptedModel[] = [];
const lab = await LineLab.start({
  brain: () => {
    const model = new ScriptedModel((line) => running.get(line) ?? null);
    models.push(model);
    return model;
  },
  // What is measured with twenty is so with two lines.
  gateways: Array.from(
    {
      length: Math.max(
        options.orders > 0 ? options.atOnce : Math.min(options.atOnce, cases.length),
        options.media ? 2 : 1,
      ),
    },
    (_, index) => `ht841_restaurant${index + 1}`,
  ),
  between: async (standIn) => {
    if (replay !== null) standIn.recording = (instructions) => recordingFor(caseOn(instructions), replay);
    if (record === null) return standIn.url;
    recorder = await Recorder.start({
      upstream: service?.url ?? standIn.url,
      apiKey: service?.apiKey ?? "sk-stand-in",
      folder: record,
      budgetCents: service ? options.budgetCents : Number.POSITIVE_INFINITY,
      nameOf: (instructions) => caseOn(instructions)?.id ?? null,
    });
    return recorder.url;
  },
});
await rehearse(cases);
if (putFirst() === null)
  console.log("no right to a higher priority: other programs on this machine may disturb the calls");
process.once("SIGINT", () => void lab.stop().finally(() => process.exit(130)));
const scores: Score[] = [];
let spentCents = 0;
try {
  // The longest first: none of them begins when all others are over.
  const waiting = cases.toSorted((a, b) => spokenBy(b) - spokenBy(a));
  let number = 0;
  await Promise.all(
    lab.restaurants.map(async (restaurant) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (recorder?.spent) break;
        number += 1;
        const score = await call(restaurant, next, `+336000${String(number).padStart(5, "0")}`);
        // Its call was cut, and says nothing.
        if (score === null) break;
        scores.push(score);
        spentCents += score.costCents;
        const mark = score.exact ? "ok  " : "FAIL";
        console.log(`${mark} ${score.id}${score.problem === null ? "" : `: ${score.problem}`}`);
        if (!score.exact) console.log(understood(score.id));
      }
    }),
  );
  if (recorder?.spent)
    console.log(`the budget is spent: ${cases.length - scores.length} of ${cases.length} calls were not played`);
  if (options.media && options.orders > 0) fillBoards(lab, options.orders);
  const media = options.media ? await measureMedia(lab) : null;
  // Recordings are written when their session ends; nothing is read of them later than this.
  await recorder?.stop();
  if (recorder) console.log(`${recorder.files.length} recordings in ${record}, ${round(recorder.spentCents, 2)} cents`);
  report(media);
} finally {
  await recorder?.stop();
  await lab.stop();
}

/** About how long a call is, in characters that its caller says. */
function spokenBy({ turns }: NamedCase): number {
  return turns.reduce((sum, { caller = "", silenceMs = 0 }) => sum + 40 + caller.length + silenceMs / 60, 0);
}

function asked(): OrderingOptions {
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof CaseError)) throw error;
    for (const line of error.message.split("\n")) console.error(`bench: ${line}`);
    return process.exit(1);
  }
}

function recordingFor(script: NamedCase | null, from: string): Recording | null {
  return script === null ? null : readRecording(from, script.id);
}

/** null: the budget was spent on the way. */
async function call(restaurant: Restaurant, script: NamedCase, number: string): Promise<Score | null> {
  const { api } = lab.lab;
  const stock = (menuId: string, soldOut: boolean) =>
    api.put(`/api/lines/${restaurant.line.id}/stock/${menuId}`, { soldOut }).then(() => {});
  const beganAtMs = Date.now();
  let report: CallerReport | null = null;
  let failure: string | null = null;
  try {
    await api.patch(`/api/lines/${restaurant.line.id}`, { settings: openingOf(script, Date.now()) });
    await loadMenu(api, restaurant.line.id, folder.menuOf(script));
    for (const menuId of script.soldOut ?? []) await stock(menuId, true);
    running.set(restaurant.line.label, script);
    report = await playCase({
      script,
      dial: (handset) => lab.dial(handset, script.number ?? number, restaurant),
      setSoldOut: stock,
      givenUp: () => recorder?.spent ?? false,
    });
  } catch (error) {
    failure = String(error);
  } finally {
    running.delete(restaurant.line.label);
  }
  if (recorder?.spent) return null;
  const score = await judge({ lab, restaurant, script, beganAtMs, report, failure });
  const changed = [...(script.soldOut ?? []), ...script.turns.flatMap(({ soldOut }) => Object.keys(soldOut ?? {}))];
  for (const menuId of new Set(changed)) await stock(menuId, false).catch(() => {});
  return score;
}

/** What the stand-in took each turn of the call for, and how surely. */
function understood(id: string): string {
  const turns = models.filter((model) => model.caseId === id).flatMap(({ recognised }) => recognised);
  return turns
    .map(({ text, score, margin, refused }) =>
      `       ${score.toFixed(2)} (+${margin.toFixed(2)}) ${text} ${refused.join(" ")}`.trimEnd(),
    )
    .join("\n");
}

function report(media: OrderingFigures["media"]): void {
  const noisy = scores.filter(({ noisy: isNoisy }) => isNoisy);
  const share = (of: readonly Score[], is: (score: Score) => boolean) =>
    of.length === 0 ? (scores.length === 0 ? 0 : 1) : round(of.filter(is).length / of.length, 4);
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const replies = scores.flatMap(({ replyMs }) => replyMs);
  const expectOrder = scores.filter(({ expectsOrder }) => expectsOrder);
  const figures: OrderingFigures = {
    calls: scores.length,
    noisyCalls: noisy.length,
    exactCart: share(scores, ({ exact }) => exact),
    exactCartNoise: share(noisy, ({ exact }) => exact),
    completed: share(expectOrder, ({ completed }) => completed),
    wrongTotals: sum(({ wrongTotals }) => wrongTotals),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    turns: round(sum(({ turns }) => turns) / Math.max(1, scores.length), 2),
    answeredMs: {
      median: round(
        percentile(
          scores.map((s) => s.answeredMs),
          0.5,
        ),
        0,
      ),
      p95: round(
        percentile(
          scores.map((s) => s.answeredMs),
          0.95,
        ),
        0,
      ),
    },
    firstWordsMs: {
      median: round(
        percentile(
          scores.map((s) => s.firstWordsMs),
          0.5,
        ),
        0,
      ),
      p95: round(
        percentile(
          scores.map((s) => s.firstWordsMs),
          0.95,
        ),
        0,
      ),
    },
    replyMs: { median: round(percentile(replies, 0.5), 0), p95: round(percentile(replies, 0.95), 0) },
    costCents: spentCents,
    media,
  };
  const page = join(import.meta.dirname, "../../docs/benchmarks-ordering.md");
  if (options.write) writeFileSync(page, orderingPage(figures, options.atOnce, readFileSync(page, "utf8")));
  console.log(JSON.stringify(figures));
}
