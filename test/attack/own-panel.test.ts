/** A panel that has logged in and then misbehaves on its WebSocket: it gets what RFC 6455 promises, and nobody else feels it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { type HeaderLine, header, parse, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { assertWorkersLive, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** Others must not wait longer; far below any timeout of the edge. */
const OTHERS_MS = 2_000;

describe("a panel that has logged in", () => {
  let field: Field;
  let workers: number[];
  const sockets: WebSocket[] = [];
  const { probe } = openLedger("own-panel");

  before(async () => {
    field = await Field.open();
    workers = field.edge.kamailioProcesses();
  });
  after(async () => {
    for (const socket of sockets) socket.terminate();
    await field.close();
  });

  /** A WebSocket of our own, and an agent that writes for it. */
  async function panel(
    protocol: "ws" | "wss" = "wss",
  ): Promise<{ socket: WebSocket; writer: SipAgent; heard: string[] }> {
    const writer = await field.agent("panel401");
    const url = `${protocol}://127.0.0.1:${field.port(protocol)}/`;
    const socket = new WebSocket(url, ["sip"], { rejectUnauthorized: false, localAddress: writer.wire.localAddress });
    sockets.push(socket);
    const heard: string[] = [];
    socket.on("message", (data) => heard.push(String(data)));
    socket.on("error", () => {});
    await once(socket, "open");
    return { socket, writer, heard };
  }

  /** A REGISTER as its WebSocket would send it, with or without credentials. */
  function register(writer: SipAgent, headers: readonly HeaderLine[] = []): string {
    const text = writer.compose({
      method: "REGISTER",
      uri: `sip:${writer.domain}`,
      to: `<${writer.aor}>`,
      contact: `<sip:panel@panel.invalid;transport=ws>`,
      headers: [["Expires", "300"], ...headers],
    });
    return text.replace(/^Via: SIP\/2\.0\/UDP [^;]+/m, "Via: SIP/2.0/WSS panel.invalid");
  }

  /** Logs in over the socket with whatever `send` makes of the text. */
  async function login(
    { socket, writer, heard }: Awaited<ReturnType<typeof panel>>,
    send: (text: string) => void = (text) => socket.send(text),
  ): Promise<void> {
    send(register(writer));
    const challenge = await until(() => heard.find((text) => text.startsWith("SIP/2.0 401")), { what: "a challenge" });
    const credentials = writer.credentials(parse(challenge, "ws"), "REGISTER", `sip:${writer.domain}`);
    assert.ok(credentials);
    send(register(writer, [credentials]));
    await until(() => heard.some((text) => text.startsWith("SIP/2.0 200")), { what: "the registration" });
  }

  async function othersAreServed(): Promise<void> {
    const watch = startWatch();
    const other = await field.agent("panel402", { protocol: "wss" });
    assert.equal((await other.register(300)).status, 200);
    const phone = await field.agent("panel402");
    assert.equal((await phone.register(300)).status, 200);
    assert.ok(watch.stop() < 2 * OTHERS_MS);
  }

  probe("is understood in pieces with pings between them, in binary frames, and in frames of a byte", async () => {
    for (const ways of [
      { name: "pieces", cut: 200, binary: false },
      { name: "binary", cut: 1_000_000, binary: true },
      { name: "bytes", cut: 1, binary: false },
    ]) {
      const own = await panel("ws");
      await login(own, (text) => {
        for (let at = 0; at < text.length; at += ways.cut) {
          const fin = at + ways.cut >= text.length;
          own.socket.send(text.slice(at, at + ways.cut), { fin, binary: ways.binary });
          if (!fin && ways.cut > 1) own.socket.ping("still here");
        }
      });
      own.socket.terminate();
    }
  });

  probe("gets nothing done by a second message in the frame of a first, or behind the pieces of one", async () => {
    const victim = await field.registered("panel402");
    const own = await panel("ws");
    await login(own);
    const callId = token();
    const smuggled = own.writer.compose({ method: "INVITE", uri: `sip:402@${own.writer.domain}`, callId });
    own.socket.send(register(own.writer) + smuggled);
    own.socket.send(register(own.writer), { fin: false });
    own.socket.send(smuggled, { fin: true });
    // What continues nothing.
    own.socket.send(smuggled, { fin: false });
    own.socket.terminate();
    await othersAreServed();
    const reached = victim.received.find((message) => message.status === 0 && header(message, "call-id") === callId);
    assert.equal(reached?.startLine, undefined);
  });

  probe("does not keep the others waiting by a flood of pings", async () => {
    const own = await panel();
    await login(own);
    for (let i = 0; i < 5_000; i++) own.socket.ping("x".repeat(100));
    await othersAreServed();
  });

  probe("that reads nothing keeps nobody waiting, is cut off, and is rung no more", async () => {
    const own = await panel();
    await login(own);
    own.socket.pause();
    // Each is refused or answered: more than socket buffers and Kamailio's queue hold.
    const text = register(own.writer);
    for (let i = 0; i < 12_000; i++) own.socket.send(text.replace(/branch=\S+?;/, `branch=z9hG4bK${token()};`));
    await othersAreServed();
    const contacts = async (): Promise<number> =>
      field.edge
        .jsonRpc("ul.lookup", ["location", own.writer.aor.slice(4)])
        .then((found) => (found as { Contacts: unknown[] }).Contacts.length)
        .catch(() => 0);
    await until(async () => (await contacts()) === 0, { timeoutMs: 60_000, what: "the contact to go" });
    await othersAreServed();
  });

  probe("hears of a door whose name is not written in UTF-8, and keeps its WebSocket", async () => {
    const panel = await field.registered("panel401", { protocol: "wss" });
    const door = await field.agent("door");
    const callId = token();
    const uri = `sip:401@${door.domain}`;
    const parts = { method: "INVITE", uri, callId, from: `"Entr\u00e9e" <${door.aor}>;tag=${token()}` };
    const challenge = door.transact(door.compose(parts));
    const credentials = door.credentials(await challenge, "INVITE", uri);
    assert.ok(credentials);
    door.send(Buffer.from(door.compose({ ...parts, cseq: 2, headers: [credentials] }), "latin1"));
    const invite = await panel.waitFor("INVITE", (m) => m.method === "INVITE" && header(m, "call-id") === callId);
    assert.match(header(invite, "from"), /Entr/);
    assert.equal((await panel.register()).status, 200);
  });

  probe("that names another panel's place in its Via is answered itself", async () => {
    const victim = await field.registered("panel402", { protocol: "ws" });
    const own = await panel("ws");
    const [, sentBy = ""] = /SIP\/2\.0\/WS ([^;]+)/.exec(victim.via()) ?? [];
    const before = victim.received.length;
    const text = register(own.writer).replace("panel.invalid;branch", `${sentBy};branch`);
    const port = victim.wire.localPort;
    own.socket.send(text);
    own.socket.send(
      text.replace(/rport/, `rport=${port};received=${victim.wire.localAddress}`).replace(/branch=/, "branch=z9hG4bKx"),
    );
    await until(() => own.heard.filter((reply) => reply.startsWith("SIP/2.0 4")).length >= 2, { what: "both answers" });
    assert.equal(victim.received.length, before);
  });

  test("the same workers serve afterwards", () => assertWorkersLive(field.edge, workers));
});
