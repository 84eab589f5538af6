/** Callers that a foreign stack (sipp) brings to a restaurant's line, in the ways that gateways and carriers have. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { HistoryPage, PastCall } from "../../bridge/src/api/board.ts";
import { around } from "../lab/around.ts";
import { DOMAIN } from "../lab/lab.ts";
import { credentials, runSipp } from "../lab/sipp.ts";
import { SippScenario } from "../lab/sipp-scenario.ts";
import { until } from "../lab/until.ts";
import { LineLab } from "./line-lab.ts";

const folder = mkdtempSync(join(tmpdir(), "neolia-peers-"));
let lab: LineLab;
around(
  async () => {
    lab = await LineLab.start({ brain: () => ({ respond: async () => ({ parts: [] }) }) });
    // The first call after a start waits until its phrases are rendered: on a busy machine too long, and it goes to people.
    const taken = async () => {
      await call({}, answered);
      return answeredWith(0);
    };
    await until(taken, { what: "a call that the assistant takes" });
  },
  async () => {
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
  },
);

const LAWS = ["a=rtpmap:8 PCMA/8000", "a=rtpmap:0 PCMU/8000"];
const PCMA = ["m=audio [media_port] RTP/AVP 8 101", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000"];
let calls = 0;

interface Way {
  /** `{number}` stands for the caller's own. */
  from?: string;
  headers?: readonly string[];
  media?: readonly string[];
}

/** One call by sipp; gives the caller's number, and what the line's history has of it. */
async function call(way: Way, steps: (scenario: SippScenario) => SippScenario): Promise<PastCall | undefined> {
  const number = `+3363999${String(++calls).padStart(4, "0")}`;
  const from = (way.from ?? `<sip:{number}@${DOMAIN}>`).replace("{number}", number);
  const { line } = lab.restaurant;
  const scenario = new SippScenario({
    ...{ callee: line.name, domain: DOMAIN, from, headers: way.headers ?? [], media: way.media ?? PCMA },
  });
  const startedAtMs = Date.now();
  await runSipp({
    ...{ folder, port: lab.lab.edge.values.sipPort, timeoutMs: 20_000, digestUri: `${line.name}@${DOMAIN}` },
    scenario: steps(scenario.invite()).write(join(folder, `call-${calls}.xml`)),
    fields: [["ht841_restaurant1", DOMAIN, credentials("ht841_restaurant1", line.account.password)]],
  });
  const { calls: past } = await lab.lab.api.get<HistoryPage>(`/api/lines/${line.id}/history`);
  return past.find(({ startedAtMs: at }) => at >= startedAtMs);
}

const answered = (scenario: SippScenario): SippScenario => scenario.answer(200).pause(100).bye();

/** What the sessions from this one on were agreed to speak; null: none was. A session that only looks whether the service is there agrees on nothing. */
const answeredWith = (from: number) =>
  lab.service.sessions.slice(from).find(({ codec }) => codec !== null)?.codec ?? null;

for (const [law, media] of [
  ["pcma", ["m=audio [media_port] RTP/AVP 8", "a=rtpmap:8 PCMA/8000"]],
  ["pcma", ["m=audio [media_port] RTP/AVP 8"]],
  ["pcmu", ["m=audio [media_port] RTP/AVP 0", "a=rtpmap:0 PCMU/8000"]],
  ["pcma", ["m=audio [media_port] RTP/AVP 8 0 101", ...LAWS, "a=rtpmap:101 telephone-event/8000"]],
  ["pcmu", ["m=audio [media_port] RTP/AVP 0 8 101", ...LAWS, "a=rtpmap:101 telephone-event/8000"]],
  ["pcma", ["m=audio [media_port] RTP/AVP 8 96", ...LAWS, "a=rtpmap:96 telephone-event/8000", "a=fmtp:96 0-16"]],
  ["pcma", ["m=audio [media_port] RTP/AVP 9 111 8 0", "a=rtpmap:111 opus/48000/2", ...LAWS]],
  ["pcma", ["m=image 40002 udptl t38", "m=audio [media_port] RTP/AVP 8", ...LAWS]],
] as const) {
  test(`an offer of ${media[0].replace(/m=audio \[media_port\] /, "")}${media.length > 1 ? "" : ", unnamed,"} is answered in ${law}`, async () => {
    const { length } = lab.service.sessions;
    await call({ media }, answered);
    assert.equal(answeredWith(length), law);
  });
}

for (const [what, from, number] of [
  ["a quoted name", `"Jean \\"le Chef\\" <D>, x" <sip:{number}@${DOMAIN}>`, /^\+33639/],
  ["a name in UTF-8", `"Élodie 日本" <sip:{number}@${DOMAIN}>`, /^\+33639/],
  ["a name in UTF-8 without the quotes", `Élodie d'Œuvré <sip:{number}@${DOMAIN}>`, /^\+33639/],
  ["a name with a comma without the quotes", `Dupont, Jean <sip:{number}@${DOMAIN}>`, /^\+33639/],
  ["a number marked as one", `<sip:{number}@${DOMAIN};user=phone>`, /^\+33639/],
  ["a hidden number", `"Anonymous" <sip:anonymous@${DOMAIN}>`, null],
  ["a hidden number and domain", `"Anonymous" <sip:anonymous@anonymous.invalid>`, null],
  ["a number that the network withholds", `<sip:Restricted@${DOMAIN}>`, null],
  ["a number that the network does not know", `<sip:unavailable@${DOMAIN}>`, null],
  ["its own name", `<sip:ht841_restaurant1@${DOMAIN}>`, null],
] as const) {
  test(`a caller with ${what} is answered, and the kitchen sees ${number ? "the number" : "that there is none"}`, async () => {
    const headers = ["P-Asserted-Identity: <sip:+33100000000@evil.example>", "Privacy: id"];
    const past = await call({ from, headers }, answered);
    assert.ok(past, "the call is in the history");
    if (number) assert.match(past.callerNumber ?? "", number);
    else assert.equal(past.callerNumber, null);
    assert.equal(await lab.bridgeContacts(), 1);
  });
}

test("a caller who gives up while it rings costs nothing and leaves nothing", async () => {
  const { length } = lab.service.sessions;
  lab.service.behaviour = () => ({ updateDelayMs: 1_500 });
  const past = await call({}, (scenario) => scenario.receive(100).receive(180).cancel());
  lab.service.behaviour = () => ({});
  assert.equal(past, undefined);
  await until(() => lab.service.sessions.slice(length).every(({ open }) => !open), { what: "the session to end" });
});

test("a caller who hangs up at once, and one who never acknowledges, are over on both sides", async () => {
  await call({}, (scenario) => scenario.answer(200).bye());
  await call({}, (scenario) => scenario.answer(200, { ack: false }).bye());
  await until(() => lab.service.open === 0, { what: "the sessions to end" });
});

test("the offer comes late: refused at once, in words that the gateway knows (488)", async () => {
  await call({ media: [] }, (scenario) => scenario.answer(488));
});

test("hold and resume in every spelling, several offers in a row, a refresh without SDP, and fax: the call goes on", async () => {
  const to = (direction: string) => (sdp: string) => `${sdp}a=${direction}\r\n`;
  const past = await call({ headers: ["Supported: timer", "Session-Expires: 1800;refresher=uac"] }, (scenario) => {
    scenario.answer(200).pause(100);
    for (const direction of ["sendonly", "sendrecv", "inactive", "sendrecv", "recvonly", "sendrecv"]) {
      scenario.reinvite(200, to(direction));
    }
    scenario.reinvite(200, (sdp) => sdp.replace("c=IN IP4 [local_ip]", "c=IN IP4 0.0.0.0")).reinvite(200);
    scenario.within("UPDATE", 200, { headers: ["Supported: timer", "Session-Expires: 1800;refresher=uac"] });
    scenario.reinvite(488, (sdp) => sdp.replace(/m=audio[\s\S]*/, "m=image 40002 udptl t38\r\n"));
    return scenario.reinvite(200).pause(100).bye();
  });
  assert.ok(past);
});

test("a key as SIP INFO is a key like any other: 0 asks for a person", async () => {
  const body = "Signal=0\r\nDuration=160\r\n";
  const past = await call({}, (scenario) =>
    scenario.answer(200).pause(300).within("INFO", 200, { body, type: "application/dtmf-relay" }).pause(300).bye(),
  );
  assert.equal(past?.reason, "handed-over");
});
