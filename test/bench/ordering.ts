/**
 * `npm run bench -- ordering`: the golden calls. Each case of a folder is a call with spoken words into a real line (Kamailio,
 * RTPEngine, the bridge); what stands on the board afterwards is held against what the case expects. Prints a line for each
 * call and, as its last line, one JSON object.
 *
 *   --calls <folder>    other cases and menus (test/phone/calls/README.md says what is in them)
 *   --at-once <n>       calls at the same time (10)
 *   --only <a,b>        cases whose name contains one of these
 *   --no-media          without the figures of latency, pacing, CPU and memory
 *   --write             into docs/benchmarks-ordering.md
 *   --record <folder>   keeps each session with the service, to be replayed
 *   --replay <folder>   the cases of which it has a recording, the service played from it
 *
 * With OPENAI_API_KEY in the environment the calls go to the real service, until --budget-cents (200) are spent, and are
 * recorded (into dist/recordings unless --record says otherwise).
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Recorder } from "../fakes/realtime/recorder.ts";
import { type Recording, readRecording } from "../fakes/realtime/recording.ts";
import { putFirst } from "../lab/priority.ts";
import { type NamedCase, readCases } from "../phone/call-case.ts";
import { type CallerReport, playCase } from "../phone/caller.ts";
import { judge, type Score } from "../phone/judge.ts";
import { LineLab, type Restaurant } from "../phone/line-lab.ts";
import { loadMenu } from "../phone/menus.ts";
import { lineOf, ScriptedModel } from "../phone/scripted-model.ts";
import { percentile, round } from "./figures.ts";
import { measureMedia } from "./ordering-media.ts";

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: join(import.meta.dirname, "../phone/calls") },
    "at-once": { type: "string", default: "10" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
    "budget-cents": { type: "string", default: "200" },
    "no-media": { type: "boolean", default: false },
    record: { type: "string" },
    replay: { type: "string" },
  },
});
const folder = resolve(values.calls);
const { replay } = values;
const cases = readCases(folder)
  .filter(({ id }) => values.only.split(",").some((part) => id.includes(part)))
  .filter(({ id }) => replay === undefined || existsSync(join(replay, `${id}.jsonl`)));
const atOnce = Math.max(1, Number(values["at-once"]));
const SERVICE = "https://api.openai.com/v1";
const key = process.env.OPENAI_API_KEY ?? "";
const isReal = key !== "";
const record = values.record ?? (isReal ? join(import.meta.dirname, "../../dist/recordings") : null);
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
  gateways: Array.from({ length: atOnce }, (_, index) => `ht841_restaurant${index + 1}`),
  between: async (standIn) => {
    if (replay !== undefined) standIn.recording = (instructions) => recordingFor(caseOn(instructions), replay);
    if (record === null) return standIn.url;
    recorder = await Recorder.start({
      upstream: isReal ? SERVICE : standIn.url,
      apiKey: isReal ? key : "sk-stand-in",
      folder: record,
      budgetCents: isReal ? Number(values["budget-cents"]) : Number.POSITIVE_INFINITY,
      nameOf: (instructions) => caseOn(instructions)?.id ?? null,
    });
    return recorder.url;
  },
});
if (!putFirst()) console.log("no right to a higher priority: other programs on this machine may disturb the calls");
process.once("SIGINT", () => void lab.stop().finally(() => process.exit(130)));
const scores: Score[] = [];
let spentCents = 0;
try {
  const waiting = [...cases];
  let number = 0;
  await Promise.all(
    lab.restaurants.map(async (restaurant) => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (recorder?.spent) break;
        number += 1;
        const score = await call(restaurant, next, `+336000${String(number).padStart(5, "0")}`);
        scores.push(score);
        spentCents += score.costCents;
        const mark = score.exact ? "ok  " : "FAIL";
        console.log(`${mark} ${score.id}${score.problem === null ? "" : `: ${score.problem}`}`);
        if (!score.exact) console.log(understood(score.id));
      }
    }),
  );
  const media = values["no-media"] || isReal ? null : await measureMedia(lab);
  report(media);
} finally {
  await recorder?.stop();
  await lab.stop();
}

function recordingFor(script: NamedCase | null, from: string): Recording | null {
  return script === null ? null : readRecording(from, script.id);
}

async function call(restaurant: Restaurant, script: NamedCase, number: string): Promise<Score> {
  const { api } = lab.lab;
  const stock = (menuId: string, soldOut: boolean) =>
    api.put(`/api/lines/${restaurant.line.id}/stock/${menuId}`, { soldOut }).then(() => {});
  let report: CallerReport | null = null;
  let failure: string | null = null;
  try {
    await loadMenu(api, restaurant.line.id, folder, script.menu);
    for (const menuId of script.soldOut ?? []) await stock(menuId, true);
    running.set(restaurant.line.label, script);
    report = await playCase({
      script,
      dial: (handset) => lab.dial(handset, script.number ?? number, restaurant),
      setSoldOut: stock,
    });
  } catch (error) {
    failure = String(error);
  } finally {
    running.delete(restaurant.line.label);
  }
  const score = await judge({ lab, restaurant, script, number: script.number ?? number, report, failure });
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

function report(media: object | null): void {
  const noisy = scores.filter(({ noisy: isNoisy }) => isNoisy);
  const share = (of: readonly Score[], is: (score: Score) => boolean) =>
    of.length === 0 ? 1 : round(of.filter(is).length / of.length, 4);
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const replies = scores.flatMap(({ replyMs }) => replyMs);
  const expectOrder = scores.filter(({ expectsOrder }) => expectsOrder);
  const figures = {
    calls: scores.length,
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
  if (values.write) writeFileSync(join(import.meta.dirname, "../../docs/benchmarks-ordering.md"), page(figures));
  console.log(JSON.stringify(figures));
}

function page(figures: object): string {
  return `# Benchmark of the order desk

Made by \`npm run bench -- ordering --write\`: spoken calls (espeak-ng) over the real SIP and media path; the voice service is a stand-in
that recognises what the phone sends. Times of a reply hold the 500 ms of silence that end a caller's turn.

\`\`\`json
${JSON.stringify(figures, null, 2)}
\`\`\`
`;
}
