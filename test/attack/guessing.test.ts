/** Guessing: strangers learn neither who exists nor a password, and a building is never locked out with them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type HeaderLine, headerName, type SipMessage, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { FIRST_POOL_UNIT, Field, POOL_UNITS } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** Silence for this long is a ban; a busy machine answers sooner. */
const ANSWER_MS = 2_000;

describe("guessing", () => {
  let field: Field;
  const ledger = openLedger("guessing");

  before(async () => {
    field = await Field.open();
  });
  after(async () => await field.close());

  /** A reply without what differs in every reply: random words, addresses, times. */
  function shape(reply: SipMessage): string[] {
    const lines = reply.headers
      .filter(([name]) => !["via", "from", "call-id", "date"].includes(headerName(name)))
      .map(
        ([name, value]): HeaderLine => [
          name,
          value
            .replace(/nonce="[^"]*"/, "nonce")
            .replace(/opaque="[^"]*"/, "opaque") // of the address that asks
            .replace(/tag=[^;]+/, "tag")
            .replace(/sip:[^@>]*@/, "sip:NAME@"),
        ],
      );
    return [reply.startLine, ...lines.map(([name, value]) => `${name}: ${value}`)];
  }

  /** Kinds of question a stranger may ask about a name. */
  const questions: [what: string, ask: (agent: SipAgent, name: string) => Promise<SipMessage>][] = [
    ["REGISTER without credentials", (a, n) => register(a, n, false)],
    ["REGISTER with a wrong password", (a, n) => register(a, n, true)],
    ["INVITE as this name with a wrong password", (a) => a.request({ method: "INVITE", uri: `sip:401@${a.domain}` })],
    [
      "INVITE as this name without credentials",
      (a) => a.transact(a.compose({ method: "INVITE", uri: `sip:401@${a.domain}` })),
    ],
    ["OPTIONS to this name", (a, n) => a.transact(a.compose({ method: "OPTIONS", uri: `sip:${n}@${a.domain}` }))],
    ["INVITE to this name", (a, n) => a.transact(a.compose({ method: "INVITE", uri: `sip:${n}@${a.domain}` }))],
    ["MESSAGE to this name", (a, n) => a.transact(a.compose({ method: "MESSAGE", uri: `sip:${n}@${a.domain}` }))],
    ["SUBSCRIBE to this name", (a, n) => a.transact(a.compose({ method: "SUBSCRIBE", uri: `sip:${n}@${a.domain}` }))],
  ];
  async function register(agent: SipAgent, name: string, guess: boolean): Promise<SipMessage> {
    const aor = `<sip:${name}@${agent.domain}>`;
    const parts = { method: "REGISTER", uri: `sip:${agent.domain}`, to: aor, from: `${aor};tag=${token()}` };
    return guess ? await agent.request(parts) : await agent.transact(agent.compose(parts));
  }

  for (const [what, ask] of questions) {
    ledger.probe(`${what} is answered alike for a known, a disabled and an unknown name`, async () => {
      const answers: string[][] = [];
      for (const name of ["panel402", "retired", "nobody77", "401", "x".repeat(60)]) {
        const agent = await field.agent(name, { password: "wrong" });
        answers.push(shape(await ask(agent, name)));
      }
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });
  }

  /**
   * The time to a refusal must not tell names apart. Known and unknown names take turns, so that whatever else the machine
   * does hits both alike; the measure is the AUC (the chance that a reply to a known name took longer), which outliers do
   * not move. With 400 of each its standard deviation under equality is 0.02, so 0.40 to 0.60 is five of them: a fair
   * round fails once in a million. A leak of the kind seen in auth_db (0.68 to 0.73) fails every round; so a failed round
   * is repeated twice, and the middle of the three counts, lest one burst of load decide.
   */
  async function auc(
    known: string,
    unknown: string,
    ask: (agent: SipAgent, name: string) => Promise<SipMessage>,
  ): Promise<number> {
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    const SAMPLES = 400;
    const PER_ADDRESS = 3; // of each kind: fewer than ten failures, so nobody is banned
    let agents: [SipAgent, SipAgent] | null = null;
    for (let i = 0; i < SAMPLES; i++) {
      if (i % PER_ADDRESS === 0 || agents === null) {
        for (const agent of agents ?? []) agent.close();
        const localAddress = field.newAddress();
        agents = [
          await field.agent(known, { password: "wrong", localAddress }),
          await field.agent(unknown, { password: "wrong", localAddress }),
        ];
      }
      const [first, second] = agents;
      const order: ["known" | "unknown", SipAgent][] = [
        ["known", first],
        ["unknown", second],
      ];
      if (i % 2 === 1) order.reverse();
      for (const [kind, agent] of order) {
        const reply = await ask(agent, agent.user);
        times[kind].push(reply.at - lastSent(agent));
      }
    }
    for (const agent of agents ?? []) agent.close();
    let above = 0;
    for (const a of times.known) for (const b of times.unknown) above += a > b ? 1 : a === b ? 0.5 : 0;
    return above / (times.known.length * times.unknown.length);
  }

  /** When the agent's last request left, ms. */
  const sent = new WeakMap<SipAgent, number>();
  const lastSent = (agent: SipAgent): number => sent.get(agent) ?? 0;

  /** Challenge first, then only the judged answer is timed. */
  async function guess(agent: SipAgent, method: "REGISTER" | "INVITE"): Promise<SipMessage> {
    const uri = method === "REGISTER" ? `sip:${agent.domain}` : `sip:401@${agent.domain}`;
    const parts = {
      method,
      uri,
      to: method === "REGISTER" ? `<${agent.aor}>` : `<${uri}>`,
      from: `<${agent.aor}>;tag=${token()}`,
      callId: token(),
    };
    const challenge = await agent.transact(agent.compose(parts));
    const credentials = agent.credentials(challenge, method, uri);
    if (!credentials) throw new Error(`no challenge: ${challenge.startLine}`);
    const text = agent.compose({ ...parts, cseq: 2, headers: [credentials] });
    sent.set(agent, performance.now());
    return await agent.transact(text);
  }

  for (const method of ["REGISTER", "INVITE"] as const) {
    for (const [known, unknown] of [
      ["panel402", "panel999"],
      ["retired", "zzzzzzz"],
    ] as const) {
      ledger.probe(`the time of a refused ${method} does not tell ${known} from ${unknown}`, async () => {
        const rounds: number[] = [];
        const fair = (value: number): boolean => value > 0.4 && value < 0.6;
        do rounds.push(await auc(known, unknown, (agent) => guess(agent, method)));
        while (rounds.length < 3 && !fair(rounds[0] ?? 0));
        const middle = rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
        assert.ok(fair(middle), `AUC ${rounds.map((round) => round.toFixed(3)).join(", ")}`);
      });
    }
  }

  for (const protocol of ["udp", "tcp", "wss"] as const) {
    ledger.probe(
      `after ten wrong passwords over ${protocol} the address is banned, even with the right one`,
      async () => {
        const localAddress = field.newAddress();
        let judged = 0;
        for (let i = 0; i < 30; i++) {
          const thief = await field
            .agent("panel402", { password: `guess${i}`, protocol, localAddress })
            .catch(() => null);
          const reply = await thief?.register(300, [], ANSWER_MS).catch(() => null);
          thief?.close();
          if (!reply) break;
          judged++;
        }
        assert.ok(judged >= 9 && judged <= 11, `${judged} guesses were judged`);
        const owner = await field.agent("panel402", { localAddress });
        assert.equal(await owner.register(300, [], 600).catch(() => null), null, "silence");
        const elsewhere = await field.agent("panel402", { protocol });
        assert.equal((await elsewhere.register()).status, 200, "other addresses are not concerned");
      },
    );
  }

  ledger.probe("guesses spread over many names ban the address as well", async () => {
    const localAddress = field.newAddress();
    let judged = 0;
    for (let i = 0; i < 30; i++) {
      const thief = await field.agent(i % 2 ? `name${i}` : `phone${FIRST_POOL_UNIT + i}`, {
        password: "x",
        localAddress,
      });
      const reply = await thief.register(300, [], ANSWER_MS).catch(() => null);
      if (!reply) break;
      judged++;
    }
    assert.ok(judged <= 11, `${judged} guesses were judged`);
  });

  ledger.probe("guesses by INVITE ban the address as well", async () => {
    const localAddress = field.newAddress();
    let judged = 0;
    for (let i = 0; i < 30; i++) {
      const thief = await field.agent("door", { password: `guess${i}`, localAddress });
      const reply = await thief
        .request({ method: "INVITE", uri: `sip:401@${thief.domain}` }, ANSWER_MS)
        .catch(() => null);
      if (!reply) break;
      judged++;
    }
    assert.ok(judged <= 11, `${judged} guesses were judged`);
  });

  ledger.probe("requests without credentials, however many, ban nobody", async () => {
    const localAddress = field.newAddress();
    const device = await field.agent("panel402", { localAddress, anonymous: true });
    for (let i = 0; i < 60; i++) assert.equal((await device.register()).status, 401);
    const owner = await field.agent("panel402", { localAddress });
    assert.equal((await owner.register()).status, 200);
  });

  ledger.probe("made-up nonces ban nobody: an address can be forged, an answer to a challenge cannot", async () => {
    const localAddress = field.newAddress();
    const forger = await field.agent("panel402", { localAddress, anonymous: true });
    for (let i = 0; i < 40; i++) {
      const fields = `username="panel402", realm="${forger.domain}", nonce="${token(22)}", uri="sip:${forger.domain}", response="${token(16)}", qop=auth, nc=00000001, cnonce="x"`;
      const text = forger.compose({
        method: "REGISTER",
        uri: `sip:${forger.domain}`,
        to: `<${forger.aor}>`,
        headers: [["Authorization", `Digest ${fields}`]],
      });
      assert.equal((await forger.transact(text)).status, 401);
    }
    const owner = await field.agent("panel402", { localAddress });
    assert.equal((await owner.register()).status, 200);
  });

  for (const good of [false, true]) {
    ledger.probe(
      `answers to what another address was asked ban nobody ${good ? "where devices live" : "and nowhere"}: a UDP source can be forged`,
      async () => {
        const [own, forged] = [field.newAddress(), field.newAddress()];
        const device = await field.agent("panel402", { localAddress: forged });
        if (good) assert.equal((await device.register()).status, 200);
        for (let i = 0; i < 30; i++) {
          const thief = await field.agent("panel402", { password: "x", localAddress: own });
          const uri = `sip:${thief.domain}`;
          const to = `<${thief.aor}>`;
          const asked = await thief.transact(thief.compose({ method: "REGISTER", uri, to }));
          const credentials = thief.credentials(asked, "REGISTER", uri);
          assert.ok(credentials);
          // As if it came from the other address; the third time without what proves where the question went.
          const headers = [i % 3 ? credentials : ([credentials[0], withoutOpaque(credentials[1])] as const)];
          const liar = await field.agent("panel402", { localAddress: forged });
          liar.send(liar.compose({ method: "REGISTER", uri, to, headers }));
        }
        assert.equal((await device.register()).status, 200);
        const another = await field.agent("panel402", { localAddress: forged });
        assert.equal((await another.register()).status, 200);
      },
    );
  }

  ledger.probe("an address with good registrations is not banned, and everybody else there goes on", async () => {
    const localAddress = field.newAddress();
    const good = await field.agent("phone500", { localAddress });
    assert.equal((await good.register()).status, 200);
    let judged = 0;
    for (let i = 0; i < 60; i++) {
      const thief = await field.agent("phone501", { password: `guess${i}`, localAddress });
      const reply = await thief.register(300, [], 600).catch(() => null);
      assert.notEqual(reply?.status, 200);
      if (reply?.status === 401) judged++;
      thief.close();
    }
    assert.ok(judged <= 15, `${judged} guesses at one account were judged`);
    assert.equal((await good.register()).status, 200, "the good one registers again");
    const neighbour = await field.agent("phone502", { localAddress });
    assert.equal((await neighbour.register()).status, 200, "a neighbour registers");
    const caller = await field.agent("caller500", { localAddress });
    const call = await caller.call("500");
    assert.equal((await call.final).status, 200, "calls go on");
    await call.hangup();
  });

  ledger.probe("an address with good registrations is not banned after Kamailio was killed either", async () => {
    const localAddress = field.newAddress();
    const good = await field.agent("phone510", { localAddress });
    assert.equal((await good.register()).status, 200);
    await field.edge.killKamailio();
    await field.edge.startKamailio();
    for (let i = 0; i < 12; i++) {
      const thief = await field.agent("phone511", { password: `guess${i}`, localAddress });
      assert.equal((await thief.register()).status, 401);
      thief.close();
    }
    assert.equal((await good.register()).status, 200);
  });

  test("sixty devices behind one address register at once, twice, all within 30 s", async () => {
    const localAddress = field.newAddress();
    const names = Array.from({ length: POOL_UNITS }, (_, i) => `phone${FIRST_POOL_UNIT + i}`);
    assert.equal(names.length, 60);
    const protocols = ["udp", "tcp", "ws"] as const;
    const devices = await Promise.all(
      names.map((name, i) => field.agent(name, { localAddress, protocol: protocols[i % 3] ?? "udp" })),
    );
    for (const round of [1, 2]) {
      const watch = startWatch();
      const replies = await Promise.all(devices.map((device) => device.register(300, [], 90_000)));
      const tookMs = watch.stop();
      assert.equal(replies.filter((reply) => reply.status === 200).length, 60, `round ${round}`);
      assert.ok(tookMs < 30_000, `round ${round} took ${tookMs} ms`);
    }
    ledger.count(120, 120);
  });
});

/** What is answered without proof of where the question went: some old device may leave it out. */
function withoutOpaque(credentials: string): string {
  return credentials.replace(/, opaque="[^"]*"/, "");
}
