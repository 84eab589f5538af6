/** CPU per REGISTER and per call, and call set-ups per second, with SIP agents over UDP and no media. */
import { SipAgent } from "../lab/sip-agent.ts";
import { cpuMs } from "./cpu.ts";
import { percentile, round } from "./figures.ts";
import type { Pair, Server } from "./pair.ts";

export interface ServerFigures {
  cpuPerRegisterMs: number;
  cpuPerCallMs: number;
  callsPerSecond: number;
}

const SIDES = ["ours", "minimal", "minimalFast"] as const;
// Many short rounds: what else the machine does lasts seconds, and so meets all sides alike.
const ROUNDS = 24;
const REGISTERS = 200;
const CALLS = 80;
// Below the ten running calls that one account may have.
const PARALLEL = 8;

/** Medians over alternating rounds. */
export async function measureServers(pair: Pair): Promise<Record<(typeof SIDES)[number], ServerFigures>> {
  const sides = { ours: empty(), minimal: empty(), minimalFast: empty() };
  for (let round_ = 0; round_ <= ROUNDS; round_++) {
    for (const side of round_ % 2 ? SIDES : SIDES.toReversed()) {
      const samples = sides[side];
      const register = await registerCpu(pair[side]);
      const calls = await callCpu(pair[side]);
      if (round_ === 0) continue; // warm-up
      samples.register.push(register);
      samples.call.push(calls.cpuMs);
      samples.rate.push(calls.perSecond);
    }
  }
  return { ours: medians(sides.ours), minimal: medians(sides.minimal), minimalFast: medians(sides.minimalFast) };
}

async function registerCpu(server: Server): Promise<number> {
  const agents = await Promise.all(server.phones.map((account) => SipAgent.open({ port: server.sipPort, ...account })));
  const before = cpuMs(server.kamailioPid());
  await Promise.all(
    agents.map(async (agent) => {
      for (let i = 0; i < REGISTERS / agents.length; i++) {
        agent.received.length = 0;
        const reply = await agent.register();
        if (reply.status !== 200) throw new Error(`REGISTER was answered ${reply.status}`);
      }
    }),
  );
  const used = cpuMs(server.kamailioPid()) - before;
  for (const agent of agents) agent.close();
  return used / REGISTERS;
}

async function callCpu(server: Server): Promise<{ cpuMs: number; perSecond: number }> {
  const door = await SipAgent.open({ port: server.sipPort, ...server.door });
  const phone = await SipAgent.open({ port: server.sipPort, ...server.answering });
  await phone.register();
  const cpu = () => cpuMs(server.kamailioPid()) + cpuMs(server.rtpenginePid());
  const before = cpu();
  const started = performance.now();
  let left = CALLS;
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      while (left-- > 0) {
        const call = await door.call(server.answeringCallee);
        const final = await call.final;
        if (final.status !== 200) throw new Error(`INVITE was answered ${final.status}`);
        await call.hangup();
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const used = cpu() - before;
  await phone.register(0);
  door.close();
  phone.close();
  return { cpuMs: used / CALLS, perSecond: CALLS / seconds };
}

function empty(): { register: number[]; call: number[]; rate: number[] } {
  return { register: [], call: [], rate: [] };
}

function medians(samples: ReturnType<typeof empty>): ServerFigures {
  return {
    cpuPerRegisterMs: round(percentile(samples.register, 0.5)),
    cpuPerCallMs: round(percentile(samples.call, 0.5)),
    callsPerSecond: round(percentile(samples.rate, 0.5), 0),
  };
}
