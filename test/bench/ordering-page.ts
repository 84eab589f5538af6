/** The figures of `npm run bench -- ordering`, and the page that `--write` makes of them. */
import { cpus } from "node:os";
import { otherRuns } from "./figures.ts";
import type { measureMedia } from "./ordering-media.ts";

interface Spread {
  median: number;
  p95: number;
}

export interface OrderingFigures {
  calls: number;
  noisyCalls: number;
  /** Shares, 0 to 1. */
  exactCart: number;
  exactCartNoise: number;
  completed: number;
  wrongTotals: number;
  lost: number;
  doubled: number;
  /** Of a call. */
  turns: number;
  answeredMs: Spread;
  firstWordsMs: Spread;
  replyMs: Spread;
  costCents: number;
  /** null: not measured. */
  media: Awaited<ReturnType<typeof measureMedia>> | null;
}

/** Markdown. `before`: the page as it is; its part about other runs is kept. */
export function orderingPage(figures: OrderingFigures, atOnce: number, before: string): string {
  return `${pageOf(figures, atOnce)}${otherRuns(before)}`;
}

function pageOf(figures: OrderingFigures, atOnce: number): string {
  const { calls, noisyCalls, exactCart, exactCartNoise, completed, wrongTotals, lost, doubled, media } = figures;
  const spread = ({ median, p95 }: Spread): string => `${median} and ${p95} ms`;
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
  return `# Benchmark of the order desk

\`npm run bench -- ordering --write\` makes this page: spoken calls (espeak-ng) over the real SIP and media path; the voice service is a stand-in that recognises what the phone
sends. Times of a reply hold the 500 ms of silence that end a caller's turn.

The calls play side by side, ${atOnce} at once, and their processes come before others on the machine (\`test/lab/priority.ts\`, where root allows it). All ${calls} take between five and
eight minutes; most of it is people speaking.

This run: ${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}, loopback.

| What | Seen | Aim |
|---|---|---|
| calls, exact cart | ${calls}, ${percent(exactCart)} | 97 % |
| of them in noise or with loss, exact cart | ${noisyCalls}, ${percent(exactCartNoise)} | |
| completed without a person, where an order was expected | ${percent(completed)} | 95 % |
| wrong totals | ${wrongTotals} | 0 |
| calls that should have ended in an order and did not | ${lost} | 0 |
| doubled orders | ${doubled} | 0 |
| INVITE to answer, median and p95 | ${spread(figures.answeredMs)} | |
| first words after the answer, median and p95 | ${spread(figures.firstWordsMs)} | 300 ms |
| reply after a turn, median and p95 | ${spread(figures.replyMs)} | |
${media === null ? "" : mediaTable(media)}
Each call says in the bridge's log how late and how even its packets left (\`the sound of a call is over\`), so that a site can see it, too.
`;
}

function mediaTable(media: NonNullable<OrderingFigures["media"]>): string {
  const { loads, atBridge } = media;
  const list = (of: (load: (typeof loads)[number]) => number): string => loads.map(of).join(", ");
  const calls = list((load) => load.calls);
  return `
What the bridge adds, with a service that answers at once, SQLite written ten times a second and a board open:

| What | Seen | Aim |
|---|---|---|
| voice to voice, median | ${media.voiceToVoiceMs.median} ms | |
| voice to voice, p95 of ${media.beeps} beeps | ${media.voiceToVoiceMs.p95} ms | 60 ms |
| uplink, p95 | ${media.uplinkMs.p95} ms | 25 ms |
| downlink, p95 | ${media.downlinkMs.p95} ms | 30 ms |
| gap between packets as they leave the bridge, one call, p99 | ${atBridge.pacingP99Ms} ms | 23 ms |
| the same as they come to the phone, through RTPEngine | ${media.pacingMs.p99} ms | |
| how late packets leave, one call, p99 and the latest | ${atBridge.lateP99Ms} and ${atBridge.latestMs} ms | |
| gap at the bridge with ${calls} calls, the worst call's p99 | ${list((load) => load.atBridgePacingP99Ms)} ms | 23 ms |
| the same as it comes to the phones, all calls' p99 | ${list((load) => load.pacingP99Ms)} ms | |
| CPU of the bridge with ${calls} calls, while the database is written and the board pushed ten times a second | ${list((load) => load.cpuPercent)} % of a core | |
| memory with ${calls} calls, as bundled | ${list((load) => load.memoryMb)} MB | |

The cores also run the edge, RTPEngine, the stand-in and the telephones. A downlink waits for the next packet's turn, up to 20 ms. The bridge's thread that sends sound, RTPEngine's and the telephones' are real time here
(\`sip/media/come-first.ts\`; the app asks Home Assistant for no such right). Where that is not allowed, gaps grow by two to four milliseconds on a busy machine.
`;
}
