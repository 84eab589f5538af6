/** The edge as a weapon: stray replies, Via games and REGISTERs that would make it send to a third host. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { compose, type HeaderLine, header, headersOf, token } from "../lab/sip/message.ts";
import type { Protocol } from "../lab/sip/wire.ts";
import { Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

const PROTOCOLS: Protocol[] = ["udp", "tcp", "ws", "wss"];

describe("reflection and registered third hosts", { concurrency: 8 }, () => {
  let field: Field;
  const { probe } = openLedger("reflector");

  before(async () => {
    field = await Field.open();
  });
  after(async () => await field.close());

  for (const protocol of PROTOCOLS) {
    for (const status of [100, 180, 200, 302, 401, 487, 503, 699]) {
      probe(`a stray ${status} over ${protocol} is not passed to the address in its second Via`, async () => {
        const trap = await field.trap();
        const agent = await field.agent("door", { protocol, anonymous: true });
        const transport = protocol.toUpperCase();
        const own = [`127.0.0.1:${field.port(protocol)}`, `127.0.0.1:${field.edge.values.sipPort}`, field.here];
        for (const top of own) {
          for (const below of [
            `UDP ${trap.host}`,
            `TCP ${trap.host}`,
            `UDP x.invalid;received=${trap.address};rport=${trap.port}`,
          ]) {
            for (const method of ["INVITE", "OPTIONS"]) {
              agent.send(
                compose(`SIP/2.0 ${status} Stray`, [
                  ["Via", `SIP/2.0/${transport} ${top};branch=z9hG4bK${token(4)}.${token(16)}.0`],
                  ["Via", `SIP/2.0/${below};branch=z9hG4bK${token()}`],
                  ["From", `<sip:a@${agent.domain}>;tag=${token()}`],
                  ["To", `<sip:b@${agent.domain}>;tag=${token()}`],
                  ["Call-ID", token()],
                  ["CSeq", `1 ${method}`],
                ]),
              );
            }
          }
        }
        await trap.assertQuiet(300);
      });
    }
  }

  const vias: [what: string, via: (trap: string, transport: string) => string][] = [
    ["an address that is not the sender's", (t, x) => `SIP/2.0/${x} ${t};branch=z9hG4bK${token()}`],
    ["maddr", (t, x) => `SIP/2.0/${x} ${t};maddr=${t.split(":")[0]};branch=z9hG4bK${token()}`],
    [
      "received and rport",
      (t, x) => `SIP/2.0/${x} ${t};received=${t.split(":")[0]};rport=${t.split(":")[1]};branch=z9hG4bK${token()}`,
    ],
    ["another transport", (t) => `SIP/2.0/TCP ${t};branch=z9hG4bK${token()}`],
    [
      "two addresses in one line",
      (t, x) => `SIP/2.0/${x} ${t};branch=z9hG4bK${token()}, SIP/2.0/UDP ${t};branch=z9hG4bK1`,
    ],
  ];
  for (const protocol of PROTOCOLS) {
    for (const [what, via] of vias) {
      probe(`a request over ${protocol} whose Via names ${what} is not answered to a third host`, async () => {
        const trap = await field.trap();
        const agent = await field.agent("door", { protocol, anonymous: true });
        for (const method of ["OPTIONS", "INVITE", "REGISTER"]) {
          const text = agent.compose({ method, uri: `sip:401@${agent.domain}` });
          agent.send(text.replace(/^Via: .*$/m, `Via: ${via(trap.host, protocol.toUpperCase())}`));
        }
        await trap.assertQuiet(300);
      });
    }
  }

  const faults: [what: string, spoil: (text: string) => string][] = [
    ["is too large", (text) => text.replace("Max-Forwards", `X-Long: ${"y".repeat(17_000)}\r\nMax-Forwards`)],
    ["has a bare carriage return", (text) => text.replace("Max-Forwards", "Subject: a\rb\r\nMax-Forwards")],
    ["ran out of hops", (text) => text.replace("Max-Forwards: 70", "Max-Forwards: 0")],
    ["fails the sanity checks", (text) => text.replace(/^CSeq: .*$/m, "CSeq: 1 FOO")],
    ["is of an unknown scheme", (text) => text.replace(/^(\w+) sip:/, "$1 foo:")],
    ["is of an unknown version", (text) => text.replace("SIP/2.0\r\n", "SIP/3.0\r\n")],
    ["is of an unknown method", (text) => text.replaceAll("OPTIONS", "FOO")],
    ["requires what nobody has", (text) => text.replace("Max-Forwards", "Proxy-Require: x\r\nMax-Forwards")],
    ["is of a foreign domain", (text) => text.replace(/^From: .*$/m, "From: <sip:a@evil.example>;tag=1")],
    ["is in no dialog", (text) => text.replace(/^To: .*$/m, "To: <sip:a@evil.example>;tag=1")],
    ["cancels nothing", (text) => text.replaceAll("OPTIONS", "CANCEL")],
  ];
  for (const [what, spoil] of faults) {
    for (const [how, via] of vias) {
      probe(`a request that ${what} and whose Via names ${how} is not answered to a third host`, async () => {
        const trap = await field.trap();
        const agent = await field.agent("door", { anonymous: true });
        const text = agent.compose({ method: "OPTIONS", uri: `sip:401@${agent.domain}` });
        agent.send(spoil(text.replace(/^Via: .*$/m, `Via: ${via(trap.host, "UDP")}`)));
        await trap.assertQuiet(300);
      });
    }
  }

  /** Registers with changes, then has the door call: the call reaches the device's own address or nobody. */
  async function registerAndCall(headers: HeaderLine[], contact: (trap: string, own: string) => string): Promise<void> {
    const trap = await field.trap();
    const { caller, callee, unit } = await field.pair();
    await callee.register(0);
    const own = callee.contactUri;
    const reply = await callee.request({
      method: "REGISTER",
      uri: `sip:${callee.domain}`,
      to: `<${callee.aor}>`,
      contact: contact(trap.host, own),
      headers: headers.map(([name, value]): HeaderLine => [name, value.replaceAll("TRAP", trap.host)]),
    });
    assert.ok(reply.status === 200 || reply.status >= 400, reply.startLine);
    callee.policy = { ring: true, final: 486 };
    const call = await caller.call(unit);
    const final = await call.final;
    if (reply.status === 200 && callee.incoming.length > 0) assert.equal(final.status, 486);
    else assert.ok(final.status >= 400, final.startLine);
    await trap.assertQuiet(300);
  }

  const registrations: [what: string, headers: HeaderLine[], contact: (trap: string, own: string) => string][] = [
    ["a Path", [["Path", "<sip:TRAP;lr>"]], (_, own) => `<${own}>`],
    [
      "a Path and its option tag",
      [
        ["Path", "<sip:TRAP;lr>"],
        ["Supported", "path"],
      ],
      (_, own) => `<${own}>`,
    ],
    [
      "a Path with received",
      [
        ["Path", "<sip:127.0.0.1;lr;received=sip:TRAP>"],
        ["Supported", "path"],
      ],
      (_, own) => `<${own}>`,
    ],
    [
      "a Path in odd case",
      [
        ["pAtH ", "<sip:TRAP;lr>"],
        ["Supported", "path"],
      ],
      (_, own) => `<${own}>`,
    ],
    ["received in the Contact", [], (t, own) => `<${own}>;received="sip:${t}"`],
    ["received within the Contact's URI", [], (t, own) => `<${own};received=sip:${t}>`],
    ["a Contact on a foreign host", [], (t) => `<sip:x@${t}>`],
    ["a Contact on a foreign host over TCP", [], (t) => `<sip:x@${t};transport=tcp>`],
    ["an alias in the Contact", [], (t, own) => `<${own};alias=${t.replace(":", "~")}~1>`],
    ["two aliases in the Contact", [], (t, own) => `<${own};alias=127.0.0.1~9~1;alias=${t.replace(":", "~")}~1>`],
    ["maddr in the Contact", [], (t, own) => `<${own};maddr=${t.split(":")[0]}>`],
    ["a Route within the Contact's URI", [], (t, own) => `<${own}?Route=%3Csip:${t}%3E>`],
    ["two Contacts, one of them foreign", [], (t, own) => `<${own}>, <sip:x@${t}>`],
    ["an escaped host in the Contact", [], (t) => `<sip:x@%31${t.slice(1)}>`],
    ["an outbound instance at a foreign host", [], (t) => `<sip:x@${t};ob>;+sip.instance="<urn:uuid:1>";reg-id=1`],
    [
      "a Service-Route and a Route",
      [
        ["Service-Route", "<sip:TRAP;lr>"],
        ["Route", "<sip:TRAP;lr>"],
      ],
      (_, own) => `<${own}>`,
    ],
    ["a GRUU at a foreign host", [], (t) => `<sip:x@${t};gr>;pub-gruu="sip:x@${t};gr=1"`],
    ["the edge itself as Contact", [], () => `<sip:127.0.0.1:${field.edge.values.sipPort}>`],
    ["its own name as Contact", [], () => `<sip:phone500@${field.here}>`],
    ["a local service as Contact", [], () => `<sip:127.0.0.1:${field.edge.values.rpcPort};transport=tcp>`],
    ["the metadata address as Contact", [], () => "<sip:169.254.169.254:80;transport=tcp>"],
    ["a telephone number as Contact", [], () => "<tel:+33199000056>"],
    ["a web address as Contact", [], () => "<http://evil.example/>"],
    ["an unknown name as Contact", [], () => "<sip:x@evil.example>"],
  ];
  for (const [what, headers, contact] of registrations) {
    probe(`a REGISTER with ${what} sends no call to a third host`, async () => await registerAndCall(headers, contact));
  }

  probe("two hundred contacts in one REGISTER do not become two hundred bindings", async () => {
    const { callee } = await field.pair();
    const contact = Array.from({ length: 200 }, (_, i) => `<sip:c${i}@${callee.wire.localAddress}:${10_000 + i}>`).join(
      ", ",
    );
    const parts = { method: "REGISTER", uri: `sip:${callee.domain}`, to: `<${callee.aor}>` };
    await callee.request({ ...parts, contact });
    const listed = await callee.request({ ...parts, contact: null });
    const bound = headersOf(listed, "contact").join(",").split("<sip:").length - 1;
    assert.ok(bound <= 10, `${bound} contacts are bound`);
  });

  probe("two hundred contacts one by one do not become two hundred bindings", async () => {
    const { callee } = await field.pair();
    const parts = { method: "REGISTER", uri: `sip:${callee.domain}`, to: `<${callee.aor}>`, callId: token() };
    for (let i = 0; i < 200; i++) {
      const instance = `+sip.instance="<urn:uuid:00000000-0000-0000-0000-${String(i).padStart(12, "0")}>";reg-id=${i + 1}`;
      const reply = await callee.request({
        ...parts,
        cseq: 1 + 2 * i,
        contact: `<sip:c${i}@${callee.wire.localAddress}>;${instance}`,
      });
      if (reply.status >= 400 && i > 20) break;
    }
    const listed = await callee.request({ ...parts, cseq: 1001, contact: null });
    const bound = headersOf(listed, "contact").join(",").split("<sip:").length - 1;
    assert.ok(bound <= 10, `${bound} contacts are bound`);
  });

  for (const [what, contact, expires] of [
    ["with an expiry", "*", "300"],
    ["without an expiry", "*", null],
    ["with other contacts", "*, <sip:x@127.0.0.1>", "0"],
    ["in angle brackets", "<*>", "0"],
    ["with a parameter", "*;expires=0", null],
  ] as const) {
    probe(`a Contact of * ${what} removes nothing`, async () => {
      const { callee } = await field.pair();
      const parts = { method: "REGISTER", uri: `sip:${callee.domain}`, to: `<${callee.aor}>` };
      const headers: HeaderLine[] = expires === null ? [] : [["Expires", expires]];
      const reply = await callee.request({ ...parts, contact, headers });
      assert.ok(reply.status >= 400, reply.startLine);
      const listed = await callee.request({ ...parts, contact: null });
      assert.ok(headersOf(listed, "contact").length > 0, "the binding is still there");
    });
  }

  probe("a Contact of * from another account removes nothing of the victim", async () => {
    const { callee } = await field.pair();
    const insider = await field.agent("insider");
    const parts = {
      method: "REGISTER",
      uri: `sip:${callee.domain}`,
      contact: "*",
      headers: [["Expires", "0"]] as const,
    };
    assert.ok((await insider.request({ ...parts, to: `<${callee.aor}>` })).status >= 400);
    assert.ok(
      (await insider.request({ ...parts, to: `<${callee.aor}>`, from: `<${callee.aor}>;tag=1` })).status >= 400,
    );
    const listed = await callee.request({
      method: "REGISTER",
      uri: `sip:${callee.domain}`,
      to: `<${callee.aor}>`,
      contact: null,
    });
    assert.ok(headersOf(listed, "contact").length > 0);
  });

  for (const expires of ["4294967295", "4294967296", "99999999999999999999", "31536000"]) {
    probe(`an expiry of ${expires} s is cut to a sane one`, async () => {
      const { callee } = await field.pair();
      const reply = await callee.register(Number(expires));
      if (reply.status >= 400) return;
      const granted = Number(/expires=(\d+)/.exec(header(reply, "contact"))?.[1] ?? 0);
      assert.ok(granted <= 7200, `${granted} s granted`);
    });
  }

  probe("an older CSeq of the same registration is not taken", async () => {
    const { callee } = await field.pair();
    const parts = { method: "REGISTER", uri: `sip:${callee.domain}`, to: `<${callee.aor}>`, callId: token() };
    assert.equal((await callee.request({ ...parts, cseq: 100 })).status, 200);
    const reply = await callee.request({ ...parts, cseq: 5, headers: [["Expires", "0"]] });
    const listed = await callee.request({ ...parts, cseq: 200, contact: null });
    assert.ok(headersOf(listed, "contact").length > 0, `${reply.startLine} and the binding is gone`);
  });
});
