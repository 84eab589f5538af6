/** What the bridge adds to a talk: from voice to voice with a service that answers at once, how even its packets are, what calls cost. */
import { WebSocket } from "ws";
import type { StoredMenu } from "../../bridge/src/api/menu.ts";
import type { MediaFigures } from "../../bridge/src/sip/media/messages.ts";
import type { RealtimeSession } from "../fakes/realtime/session.ts";
import type { Call } from "../lab/sip/call.ts";
import { until } from "../lab/until.ts";
import type { LineLab } from "../phone/line-lab.ts";
import { cpuMs, rssMb } from "./cpu.ts";
import { percentile, round } from "./figures.ts";
import { WorkerPhones } from "./worker-phone.ts";

const TALK_MS = 75_000;
const LOAD_MS = 6_000;
/** By two gateways: two lines. */
const LOADS = [1, 4, 10, 20];
const BEEP_EVERY_MS = 640;

export async function measureMedia(lab: LineLab) {
  const stopWriting = keepWriting(lab);
  const phones = new WorkerPhones();
  try {
    const talk = await measureTalk(lab, phones);
    const loads = [];
    for (const calls of LOADS) loads.push(await measureLoad(lab, phones, calls));
    return { ...talk, loads };
  } finally {
    stopWriting();
    await phones.stop();
  }
}

/** The database is written and a panel looks on, as on a busy evening. */
function keepWriting(lab: LineLab): () => void {
  const { api, bridge } = lab.lab;
  const { line } = lab.restaurant;
  const panel = new WebSocket(`${bridge.url.replace("http", "ws")}/api/lines/${line.id}/ws?changes=true`, {
    headers: { cookie: api.cookie, origin: bridge.url },
  });
  panel.on("error", () => {});
  // Any dish of whatever menu the line has.
  const dish = api.get<StoredMenu>(`/api/lines/${line.id}/menu`).then(({ menu }) => menu.items[0]?.id ?? "");
  let soldOut = false;
  const timer = setInterval(() => {
    soldOut = !soldOut;
    void dish.then((id) => api.put(`/api/lines/${line.id}/stock/${id}`, { soldOut })).catch(() => {});
  }, 100);
  return () => {
    clearInterval(timer);
    panel.terminate();
  };
}

async function measureTalk(lab: LineLab, phones: WorkerPhones) {
  const phone = await phones.open(BEEP_EVERY_MS);
  const before = lab.service.sessions.length;
  const call = await lab.dial(phone, "+33639980003");
  await call.final;
  const session = await until(() => lab.service.sessions[before], { what: "the session" });
  // An answer would wait behind the greeting, and the greeting's own words be taken for it.
  await phone.quiet(1_000);
  const served: Served[] = [];
  answerBeeps(session, served);
  await new Promise((resolve) => setTimeout(resolve, TALK_MS));
  const { sent, heard, arrivals } = await phone.stop();
  const told = soundsOver(lab).length;
  await call.hangup().catch(() => {});
  const left = await until(() => soundsOver(lab)[told], { what: "the bridge's own figures" });
  const first = served[0]?.heardAtMs ?? 0;
  const up: number[] = [];
  const down: number[] = [];
  const both: number[] = [];
  for (const at of sent.filter((time) => time > first - 200)) {
    const arrived = served.find(({ heardAtMs }) => heardAtMs >= at && heardAtMs < at + 500);
    const back = heard.find((time) => time >= at && time < at + 500);
    if (arrived === undefined || back === undefined || back < arrived.saidAtMs) continue;
    up.push(arrived.heardAtMs - at);
    down.push(back - arrived.saidAtMs);
    both.push(arrived.heardAtMs - at + back - arrived.saidAtMs);
  }
  const gaps = arrivals.slice(51).map((time, index) => time - (arrivals[index + 50] ?? time));
  const p = (of: number[], share: number) => round(percentile(of, share), 1);
  return {
    beeps: both.length,
    voiceToVoiceMs: { median: p(both, 0.5), p95: p(both, 0.95) },
    uplinkMs: { median: p(up, 0.5), p95: p(up, 0.95) },
    downlinkMs: { median: p(down, 0.5), p95: p(down, 0.95) },
    pacingMs: { packets: gaps.length, p1: p(gaps, 0.01), p99: p(gaps, 0.99) },
    atBridge: { pacingP99Ms: left.gapP99Ms, lateP99Ms: left.lateP99Ms, latestMs: left.latestMs },
  };
}

interface Served {
  heardAtMs: number;
  saidAtMs: number;
}

/**
 * Each beep is answered with a beep: not in the same moment each time, because beeps and packets share a rhythm, and one run would
 * show one way of hitting the next packet's turn. What the answer waited is no part of any figure.
 */
function answerBeeps(session: RealtimeSession, served: Served[]): void {
  const sound = Buffer.concat([Buffer.alloc(480, 0x2a), Buffer.alloc(640, 0xd5)]);
  const clock = (): number => performance.timeOrigin + performance.now();
  let quietUntil = 0;
  session.onSound = (samples) => {
    const heardAtMs = clock();
    if (heardAtMs < quietUntil || !samples.some((sample) => Math.abs(sample) > 1500)) return;
    quietUntil = heardAtMs + 300;
    setTimeout(
      () => {
        served.push({ heardAtMs, saidAtMs: clock() });
        void session.say([{ sound, transcript: "Oui." }]);
      },
      (served.length * 7) % 20,
    );
  };
}

async function measureLoad(lab: LineLab, phones: WorkerPhones, count: number) {
  const opened = await Promise.all(Array.from({ length: count }, () => phones.open(0)));
  // A call may also end by itself before the others are hung up.
  const told = soundsOver(lab).length;
  const calls: Call[] = [];
  for (const [index, phone] of opened.entries()) {
    const call = await lab.dial(
      phone,
      `+3370001${String(count * 100 + index).padStart(4, "0")}`,
      lab.restaurants[index % lab.restaurants.length],
    );
    const { status } = await call.final;
    // On a machine without time the bridge is not ready in 2.5 s and people would be rung: the figure says how many stand.
    if (status === 200) calls.push(call);
  }
  const { pid } = lab.lab.bridge;
  const before = cpuMs(pid);
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
  const cpuPercent = round(((cpuMs(pid) - before) / (performance.now() - began)) * 100, 1);
  const memoryMb = round(rssMb(pid), 1);
  const times = await Promise.all(opened.map((phone) => phone.stop()));
  for (const call of calls) await call.hangup().catch(() => {});
  const left = await until(() => (soundsOver(lab).length >= told + calls.length ? soundsOver(lab).slice(told) : null), {
    what: "the bridge's own figures",
  });
  const gaps = times.flatMap(({ arrivals }) =>
    arrivals.slice(51).map((time, index) => time - (arrivals[index + 50] ?? time)),
  );
  return {
    calls: calls.length,
    cpuPercent,
    memoryMb,
    pacingP99Ms: round(percentile(gaps, 0.99), 1),
    atBridgePacingP99Ms: Math.max(0, ...left.map(({ gapP99Ms }) => gapP99Ms)),
  };
}

/** What the bridge says of each call's packets when the call is over: how late they left it, whatever became of them on the way. */
function soundsOver(lab: LineLab): MediaFigures[] {
  return lab.lab.bridge
    .log()
    .split("\n")
    .filter((line) => line.includes("the sound of a call is over"))
    .map((line) => JSON.parse(line) as MediaFigures);
}
