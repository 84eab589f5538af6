/** Headers a phone would believe: only the edge may say who calls, and nobody may make a phone answer by itself. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type HeaderLine, header, headersOf, type SipMessage, tagOf, token } from "../lab/sip/message.ts";
import { Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

const EVIL = "sip:+33199000777@evil.example";

/** Names that must never come through from outside, with a value worth believing. */
const REMOVED: HeaderLine[] = [
  ["P-Asserted-Identity", `"Boss" <${EVIL}>`],
  ["P-Preferred-Identity", `<${EVIL}>`],
  ["Remote-Party-ID", `"Boss" <${EVIL}>;party=calling;screen=yes`],
  ["P-Called-Party-ID", `<${EVIL}>`],
  ["P-Charge-Info", `<${EVIL}>`],
  ["Diversion", `<${EVIL}>;reason=unconditional`],
  ["History-Info", `<${EVIL}>;index=1`],
  ["Privacy", "id"],
  ["Identity", "eyJhbGciOiJFUzI1NiJ9..x;info=<https://evil.example/x>"],
  ["X-Neolia-Call", "0".repeat(32)],
  ["X-Neolia-Account", "evil"],
  ["x-neolia-anything", "evil"],
];

/** Names that make a device answer, replace a call or fetch something. */
const DANGEROUS: HeaderLine[] = [
  ["Alert-Info", "<http://evil.example/x>;info=alert-autoanswer;delay=0"],
  ["Call-Info", "<sip:evil.example>;answer-after=0"],
  ["Answer-Mode", "Auto;require"],
  ["Priv-Answer-Mode", "Auto"],
  ["Replaces", "evil-call;to-tag=1;from-tag=2"],
  ["Join", "evil-call;to-tag=1;from-tag=2"],
  ["Referred-By", `<${EVIL}>`],
];

/** Ways to write the same header so that a filter looks past it. */
const DISGUISES: [what: string, write: (name: string, value: string) => string][] = [
  ["as it is", (n, v) => `${n}: ${v}`],
  ["in lower case", (n, v) => `${n.toLowerCase()}: ${v}`],
  ["in upper case", (n, v) => `${n.toUpperCase()}: ${v}`],
  ["with a blank before the colon", (n, v) => `${n} : ${v}`],
  ["with a tab before the colon", (n, v) => `${n}\t: ${v}`],
  ["with many blanks around the colon", (n, v) => `${n}   \t :  \t ${v}`],
  ["with a fold before the colon", (n, v) => `${n}\r\n : ${v}`],
  ["with a fold after the colon", (n, v) => `${n}:\r\n ${v}`],
  ["without a blank after the colon", (n, v) => `${n}:${v}`],
  ["three times", (n, v) => `${n}: ${v}\r\n${n}: ${v}\r\n${n}: ${v}`],
  ["behind a bare line feed", (n, v) => `Subject: x\n${n}: ${v}`],
  ["behind a bare carriage return", (n, v) => `Subject: x\r${n}: ${v}`],
  ["behind a NUL", (n, v) => `Subject: x\0\r\n${n}: ${v}`],
  ["behind a NUL and a bare carriage return", (n, v) => `Subject: x\0\r${n}: ${v}`],
  ["behind an unknown header with an open quote", (n, v) => `X-Open: "\r\n${n}: ${v}`],
];

describe("headers from outside", { concurrency: 4 }, () => {
  let field: Field;
  const { probe } = openLedger("headers");

  before(async () => {
    field = await Field.open();
  });
  after(async () => await field.close());

  /** Calls with a line added by text and gives the INVITE as the phone got it; null when the edge refused. */
  async function arrival(line: string): Promise<SipMessage | null> {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: 486 };
    const outcome = caller.call(unit, { headers: [["X-Marker", `1\r\n${line}`]] }).then((call) => call.final);
    const final = await Promise.race([outcome, delay(1500, null)]); // silence refuses, too
    if (final) assert.ok(final.status === 486 || final.status === 400, final.startLine);
    return callee.received.find((m) => m.method === "INVITE") ?? null;
  }

  /** The head with its folds undone, so that nothing hides in them. */
  const unfolded = (message: SipMessage): string =>
    message.raw.slice(0, message.raw.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");

  /** Fails if any line, by any reading of line ends, starts with this name. */
  function assertAbsent(message: SipMessage, name: string, value: string): void {
    const lines = unfolded(message).split(/\r\n|\n|\r|\0/);
    const found = lines.filter((line) => line.split(":")[0]?.trim().toLowerCase() === name.toLowerCase());
    const own = found.filter((line) => !line.includes(value));
    assert.deepEqual(found, name.toLowerCase() === "x-neolia-call" ? own : [], `${name} came through`);
  }

  for (const [what, write] of DISGUISES) {
    probe(`identity headers written ${what} never reach a phone`, async () => {
      // All of them in one call: a filter that lets one through is enough to fail.
      const invite = await arrival(REMOVED.map(([name, value]) => write(name, value)).join("\r\n"));
      if (invite) for (const [name, value] of REMOVED) assertAbsent(invite, name, value);
    });
  }

  for (const [name, value] of [...REMOVED, ...DANGEROUS]) {
    probe(`${name} from a caller never reaches a phone`, async () => {
      const invite = await arrival(`${name}: ${value}`);
      if (invite) assertAbsent(invite, name, value);
    });
  }

  probe("Referred-By in its compact form never reaches a phone", async () => {
    const invite = await arrival(`b: <${EVIL}>`);
    if (invite) assert.ok(!invite.raw.includes(EVIL));
  });

  probe("the phone gets exactly one X-Neolia-Call, made by the edge", async () => {
    const { caller, callee, unit } = await field.pair();
    const headers = [["X-Neolia-Call", "f".repeat(32)] as const, ["X-NEOLIA-CALL ", "e".repeat(32)] as const];
    const call = await caller.call(unit, { headers });
    await call.final;
    const invite = await callee.waitFor("INVITE", (m) => header(m, "call-id") === call.callId);
    const event = field.edge.events(field.here).findLast(({ callee: called }) => called === unit);
    assert.match(event?.callId ?? "", /^[0-9a-f]{32}$/);
    assert.deepEqual(headersOf(invite, "x-neolia-call"), [event?.callId]);
    await call.hangup();
  });

  probe("credentials and preloaded routes of the caller never reach a phone", async () => {
    const foreign = `Digest username="x", realm="other.example", nonce="n", uri="sip:x", response="${"0".repeat(32)}"`;
    const invite = await arrival(`Route: <sip:127.0.0.1;lr>\r\nAuthorization: ${foreign}\r\nPath: <sip:192.0.2.1;lr>`);
    assert.ok(invite, "the call still rings");
    for (const name of ["Proxy-Authorization", "Authorization", "Route", "Path"]) assertAbsent(invite, name, "none");
  });

  for (const method of ["INVITE", "INFO", "UPDATE", "BYE"]) {
    probe(`identity headers in a ${method} within a call never reach the other side`, async () => {
      const { caller, callee, unit } = await field.pair();
      const call = await caller.call(unit);
      await call.final;
      const headers: HeaderLine[] = [...REMOVED, ...REMOVED.map(([n, v]): HeaderLine => [`${n.toLowerCase()} `, v])];
      await call.request(method, { headers }).catch(() => null);
      if (method !== "BYE") await call.hangup();
      const seen = callee.received.filter(
        (m) => m.status === 0 && m.method === method && tagOf(header(m, "to")) !== "",
      );
      for (const message of seen) for (const [name, value] of REMOVED) assertAbsent(message, name, value);
    });
  }

  for (const status of [180, 200, 486]) {
    probe(`identity headers in a ${status} never reach the caller`, async () => {
      const { caller, callee, unit } = await field.pair();
      callee.policy = { ring: false, final: null };
      callee.onCall = (call) => {
        call.answer(status, { headers: REMOVED });
        if (status === 180) call.answer(486);
      };
      const call = await caller.call(unit);
      await call.final;
      const replies = caller.received.filter((m) => m.status > 0 && header(m, "call-id") === call.callId);
      for (const message of replies) for (const [name, value] of REMOVED) assertAbsent(message, name, value);
      if (status === 200) await call.hangup();
    });
  }

  for (const [what, lineEnd] of [
    ["a bare carriage return", "\r"],
    ["a bare line feed", "\n"],
    ["a NUL and a bare carriage return", "\0\r"],
  ] as const) {
    probe(`identity headers behind ${what} in a 180 never reach the caller`, async () => {
      const { caller, callee, unit } = await field.pair();
      callee.policy = { ring: false, final: null };
      callee.onCall = ({ invite }) => {
        if (!invite) return;
        const server = REMOVED.map(([name, value]) => `x${lineEnd}${name}: ${value}`).join("; ");
        callee.reply(invite, 180, { toTag: token(), headers: [["Server", server]] });
        callee.reply(invite, 486, { toTag: token() });
      };
      const call = await caller.call(unit);
      await call.final;
      for (const message of caller.received) for (const [name, value] of REMOVED) assertAbsent(message, name, value);
    });
  }

  probe("a display name cannot carry a second header line", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: 486 };
    const from = `"x\r\nP-Asserted-Identity: <${EVIL}>\r\nX-Y: y" <${caller.aor}>;tag=1`;
    const reply = await caller
      .request({ method: "INVITE", uri: `sip:${unit}@${caller.domain}`, from }, 5000)
      .catch(() => null);
    assert.notEqual(reply?.status, 200);
    for (const message of callee.received) assertAbsent(message, "P-Asserted-Identity", EVIL);
  });

  probe("a header after the body's start is body, not header", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: 486 };
    const call = await caller.call(unit, { body: `v=0\r\n\r\nP-Asserted-Identity: <${EVIL}>\r\n` });
    const final = await call.final;
    assert.ok(final.status >= 400, final.startLine);
    for (const message of callee.received) assertAbsent(message, "P-Asserted-Identity", EVIL);
  });
});
