/**
 * `npm run bench -- door`: what our whole configuration costs beside a minimal Kamailio, in one run, in alternating pairs. Prints a table for people and,
 * as its last line, one JSON object. Options: `--calls N` (pairs of answered calls in the browser, 120), `--write` (into docs/benchmarks.md).
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureBridge } from "./bridge.ts";
import { measureBrowserCalls } from "./browser-calls.ts";
import { type Row, round, type Spread, table } from "./figures.ts";
import { startPair } from "./pair.ts";
import { measurePanelBundle } from "./panel-bundle.ts";
import { measureServers, type ServerFigures } from "./servers.ts";

const { values } = parseArgs({
  options: { calls: { type: "string", default: "120" }, write: { type: "boolean", default: false } },
});

const pair = await startPair();
const stop = async () => {
  await pair.stop();
};
process.once("SIGINT", () => void stop().finally(() => process.exit(130)));
try {
  console.log("calls into Chromium …");
  const calls = await measureBrowserCalls(pair, Number(values.calls));
  console.log("REGISTER and calls between SIP agents …");
  const servers = await measureServers(pair);
  console.log("the bridge, idle and during a call …");
  const bridge = await measureBridge();
  const panel = measurePanelBundle();

  const rows: Row[] = [
    compare("INVITE → ring in Chromium, median", calls.ours.ringMs, calls.minimal.ringMs, "median", "≤ 1.15"),
    compare("INVITE → ring in Chromium, p95", calls.ours.ringMs, calls.minimal.ringMs, "p95", ""),
    compare("answer → both hear each other, median", calls.ours.talkMs, calls.minimal.talkMs, "median", ""),
    compare("answer → both hear each other, p95", calls.ours.talkMs, calls.minimal.talkMs, "p95", "≤ 1.05"),
    ratio("CPU per REGISTER", "ms", servers.ours.cpuPerRegisterMs, servers.minimal.cpuPerRegisterMs, "≤ 2"),
    ratio("CPU per call", "ms", servers.ours.cpuPerCallMs, servers.minimal.cpuPerCallMs, "≤ 1.5"),
    ratio("call set-ups", "1/s", servers.ours.callsPerSecond, servers.minimal.callsPerSecond, "≥ 0.8"),
    ...besideFast(servers.ours, servers.minimalFast),
    ratio("bridge memory, idle", "MB", bridge.idleRssMb, bridge.nodeRssMb, "≤ 90 MB"),
    ratio("bridge memory, during a call", "MB", bridge.callRssMb, bridge.nodeRssMb, "≤ 90 MB"),
    ratio("bridge memory, idle, rules with hours", "MB", bridge.scheduleRssMb, bridge.nodeRssMb, "≤ 90 MB"),
    alone("bridge CPU, idle", "% of a core", bridge.idleCpuPercent, ""),
    alone("bridge CPU, during a call", "% of a core", bridge.callCpuPercent, ""),
    alone("panel bundle, gzip", "kB", panel.loadedKb, "≤ 150"),
    alone("panel, with all that is loaded on demand", "kB", panel.allKb, ""),
  ];
  const report = table(rows);
  const figures = { calls, servers, bridge, panel };
  console.log(`\n${report}\n`);
  if (values.write) {
    writeFileSync(join(import.meta.dirname, "../../docs/benchmarks.md"), page(report));
  }
  console.log(JSON.stringify(figures));
} finally {
  await stop();
}

function compare(what: string, ours: Spread, minimal: Spread, figure: "median" | "p95", aim: string): Row {
  return ratio(`${what} (n=${ours.n})`, "ms", ours[figure], minimal[figure], aim);
}

/** The same figures beside a yardstick that runs with the memory manager that ours runs with. */
function besideFast(ours: ServerFigures, fast: ServerFigures): Row[] {
  return [
    ratio("CPU per REGISTER, both with `-x fm -X fm`", "ms", ours.cpuPerRegisterMs, fast.cpuPerRegisterMs, ""),
    ratio("CPU per call, both with `-x fm -X fm`", "ms", ours.cpuPerCallMs, fast.cpuPerCallMs, ""),
    ratio("call set-ups, both with `-x fm -X fm`", "1/s", ours.callsPerSecond, fast.callsPerSecond, ""),
  ];
}

function ratio(what: string, unit: string, ours: number, minimal: number, aim: string): Row {
  return { what, unit, ours: String(ours), yardstick: String(minimal), ratio: String(round(ours / minimal, 2)), aim };
}

function alone(what: string, unit: string, ours: number, aim: string): Row {
  return { what, unit, ours: String(ours), yardstick: "", ratio: "", aim };
}

function page(report: string): string {
  const cpu = cpus();
  return `# Benchmarks

Made by \`npm run bench -- door --write\`. Ratios within one run are worth more than times: pairs alternate, so that both sides see the same
machine. The yardstick ("Minimal") is a Kamailio with digest authentication, WebSocket and RTPEngine and nothing else
(\`test/bench/minimal-kamailio.cfg\`): no rules, no dialogs, no events, nothing kept on disk but the accounts. Ours is the whole configuration of \`infra/\`.
The yardstick is started as Debian starts Kamailio, with the default memory manager, which checks each allocation for debugging; ours is started with
\`-x fm -X fm\`, which does not, and is part of what we deliver (\`infra/systemd/neolia-kamailio.service\`). The aims are set against that yardstick. How much of
it is the memory manager's is in the rows "both with \`-x fm -X fm\`", whose yardstick is the same one started with our flags.

This run: ${new Date().toISOString().slice(0, 10)}, ${cpu.length} cores (${cpu[0]?.model ?? "unknown"}), Node ${process.version}, loopback.

${report}

- INVITE → ring: from the door's first INVITE, through the challenge, to the browser's 180 back at the door; of calls that are answered, and of
  five between each two of them that the door gives up as soon as they ring.
- Answer → both hear: from the answer in the page until the door has its first packet and the browser has its first packet. Judge it by
  p95: it steps by the door's 20 ms frames.
- Bridge memory is resident memory, beside a Node with the same flags that does nothing; both run from a copy of Node's program that was just
  written, because what the kernel maps of that file (43 to 63 MB) hangs on how it came into the page cache.
- REGISTER and calls go over UDP, between agents without media.
- CPU is user + system time of Kamailio, and for calls of RTPEngine as well, with all their children, divided by the number of transactions.
`;
}
