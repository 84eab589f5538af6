/**
 * How long nobody is served while the largest site is restored: 10,000 units, 20,000 devices, 30,000 rules, 20,000 calls and edits,
 * 24 MB of recordings. `node test/bench/restore-loop.ts` prints it.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { ulid } from "ulid";
import type { Backup, RestoreReply } from "../../bridge/src/api/backup.ts";
import { writeWav } from "../../bridge/src/audio/wav.ts";
import { checksumOf } from "../../bridge/src/directory/backup-checksum.ts";
import { testApp } from "../directory/app.ts";

const UNITS = Number(process.argv[2] ?? 10_000);
const HISTORY = 2 * UNITS;
const range = (n: number) => Array.from({ length: n }, (_, at) => at);
const atMs = 1_700_000_000_000;

function largeSite(): Backup {
  const siteId = ulid();
  const building = { id: ulid(), siteId, name: "A" };
  const units = range(UNITS).map((n) => ({
    ...{ id: ulid(), siteId, buildingId: building.id, number: `${n}`, name: `unit${n}`, doNotDisturb: false },
  }));
  const accounts = units.flatMap(({ id, name }) =>
    (["panel", "mobile"] as const).map((type) => ({
      ...{ id: ulid(), username: `${type}-${name}`, type, label: "Hall", unitId: id, doorId: null, enabled: true },
      ...{ createdAtMs: atMs, deviceInfo: { vendor: "", model: "", mac: "", note: "" }, ha1: "0".repeat(32) },
      deviceIds: type === "panel" ? [crypto.randomUUID()] : [],
    })),
  );
  const rules = units.flatMap(({ id }) =>
    range(3).map((position) => ({
      ...{ id: ulid(), siteId, unitId: id, doorId: null, position, sourcePattern: "*", action: "ring" as const },
      ...{ targetSipUri: null, ringSeconds: 30, schedule: [], enabled: true },
    })),
  );
  const party = JSON.stringify({ name: "unit1", label: "Unit 1", kind: "unit" });
  const call = range(HISTORY).map((n) => ({
    ...{ id: ulid(), site_id: siteId, unit_id: units[n % UNITS]?.id ?? "", caller_unit_id: null, door_id: null },
    ...{ caller: party, callee: party, answered_by: null, status: "no-answer", reason: "timeout" },
    ...{ started_at_ms: atMs + n, ringing_at_ms: null, answered_at_ms: null, ended_at_ms: atMs + n },
  }));
  const audit = range(HISTORY).map((n) => ({
    ...{
      at_ms: atMs + n,
      site_id: siteId,
      who: "admin",
      user_id: null,
      origin: "panel",
      noun: "unit",
      verb: "changed",
    },
    ...{ row_id: units[n % UNITS]?.id ?? "", label: `${n}`, changes: "{}", search_text: `admin unit changed ${n}` },
  }));
  const wav = writeWav(new Int16Array(8_000 * 190).fill(7)).toString("base64");
  const content: Omit<Backup, "checksum"> = {
    ...{ format: "neolia-site", formatVersion: 1, madeAtMs: atMs, madeBy: "bench" },
    site: { id: siteId, name: "Large", address: "", domain: "large.sip.example.com", timeZone: "Europe/Paris" },
    ...{ buildings: [building], units, doors: [], accounts, rules, members: [], extras: { call, audit } },
    clips: range(8).map((n) => ({ name: `en/clip-${"abcdefgh"[n]}.wav`, wav })),
  };
  return { ...content, checksum: checksumOf(content) };
}

const app = await testApp();
try {
  const backup = largeSite();
  for (const dryRun of [true, false]) {
    const body = JSON.stringify({ backup, dryRun });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const startedMs = performance.now();
    const sent = app.send("POST", "/api/backups/restore", body);
    // The request itself is made in this process: what it costs is not the bridge's.
    await new Promise((resolve) => setTimeout(resolve, 400));
    delay.enable();
    const reply = await sent;
    // What blocked the end is only seen by the turn after it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    delay.disable();
    if (reply.status >= 400) throw new Error(reply.text);
    const { counts } = reply.json<RestoreReply>();
    console.log(
      JSON.stringify({
        ...{ dryRun, status: reply.status, megabytes: Math.round(body.length / 1e6), units: counts?.units },
        ...{ seconds: Math.round((performance.now() - startedMs) / 100) / 10, longestMs: Math.round(delay.max / 1e6) },
        rssMegabytes: Math.round(process.memoryUsage().rss / 1e6),
      }),
    );
  }
} finally {
  await app.close();
}
