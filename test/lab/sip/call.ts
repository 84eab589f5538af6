/** One call of a SIP test agent. */
import type { SipAgent } from "../sip-agent.ts";
import { until } from "../until.ts";
import { branchOf, type HeaderLine, header, headersOf, type SipMessage, tagOf, token, uriOf } from "./message.ts";
import { type SoundPeer, silentSdp } from "./rtp.ts";

/** What a callee does with a new INVITE. Times in ms after the INVITE. */
export interface CalleePolicy {
  /** 180 at once unless false. */
  ring?: boolean;
  /** Final reply; null rings for ever. */
  final: number | null;
  afterMs?: number;
}

/** Parts of a request that a test wants different from the usual. */
export interface RequestParts {
  method: string;
  uri: string;
  /** Whole values of From and To. */
  from?: string;
  to?: string;
  callId?: string;
  cseq?: number;
  branch?: string;
  contact?: string | null;
  /** Further lines. */
  headers?: readonly HeaderLine[];
  body?: string;
}

/** The slowest end that the system promises comes after half a minute of silence; the rest is for a busy machine. */
const END_MS = 60_000;

/** One call of an agent, as caller or callee. */
export class Call {
  readonly agent: SipAgent;
  readonly callId: string;
  readonly localTag: string;
  readonly inviteBranch: string;
  readonly rtp: SoundPeer | null;
  /** The INVITE that came in; null for a caller. */
  readonly invite: SipMessage | null;
  /** Replies seen by a caller, requests seen in the dialog. */
  readonly messages: SipMessage[] = [];
  /** A caller's final reply; rejects for a callee. */
  readonly final: Promise<SipMessage>;
  private peerEnd: SipMessage | null = null;
  private readonly localParty: string;
  private remoteParty: string;
  private remoteTarget: string;
  /** The statuses that the next INVITEs in the dialog are refused with, before they are taken again. */
  refusals: number[] = [];
  /** The Route of its own requests. */
  routes: readonly string[] = [];
  private cseq: number;
  private timers: NodeJS.Timeout[] = [];
  private readonly parts: RequestParts;

  constructor(
    agent: SipAgent,
    parts: RequestParts,
    final: Promise<SipMessage>,
    rtp: SoundPeer | null,
    invite?: SipMessage,
  ) {
    this.agent = agent;
    this.parts = parts;
    this.rtp = rtp;
    this.invite = invite ?? null;
    this.callId = parts.callId ?? "";
    this.localParty = parts.from ?? "";
    this.localTag = tagOf(this.localParty);
    this.remoteParty = parts.to ?? "";
    this.remoteTarget = parts.uri;
    this.inviteBranch = parts.branch ?? "";
    this.cseq = parts.cseq ?? 1;
    this.final = final;
    this.final.catch(() => {});
  }

  /** The other side sent BYE or CANCEL. */
  get isEndedByPeer(): boolean {
    return this.peerEnd !== null;
  }

  /** The BYE or CANCEL of the other side, waited for since this was asked; throws after a minute without one. */
  get endedByPeer(): Promise<SipMessage> {
    return until(() => this.peerEnd, { timeoutMs: END_MS, what: `BYE or CANCEL to ${this.agent.user}` });
  }

  static incoming(agent: SipAgent, invite: SipMessage): Call {
    const parts: RequestParts = {
      method: "INVITE",
      uri: uriOf(header(invite, "contact")),
      from: `${header(invite, "to")};tag=${token()}`,
      to: header(invite, "from"),
      callId: header(invite, "call-id"),
      branch: branchOf(invite),
    };
    const call = new Call(agent, parts, Promise.reject(new Error("a callee gets no final reply")), null, invite);
    call.routes = headersOf(invite, "record-route");
    return call;
  }

  /** Rings and answers as told. */
  follow(policy: CalleePolicy): void {
    if (policy.ring !== false) this.answer(180);
    if (policy.final === null) return;
    const { final, afterMs = 0 } = policy;
    if (afterMs === 0) this.answer(final);
    else this.timers.push(setTimeout(() => this.answer(final), afterMs));
  }

  /** Sends a reply to the INVITE; a 200 carries SDP and is repeated until the ACK arrives. */
  answer(status: number, options: { headers?: readonly HeaderLine[]; rtp?: SoundPeer } = {}): void {
    if (!this.invite) throw new Error("a caller does not answer");
    const withSdp = status === 200;
    if (withSdp) options.rtp?.connect(this.invite.body);
    const send = (): void =>
      this.agent.reply(this.invite as SipMessage, status, {
        toTag: this.localTag,
        headers: [
          ["Contact", `<${this.agent.contactUri}>`],
          ...(withSdp ? [["Content-Type", "application/sdp"] as const] : []),
          ...(options.headers ?? []),
        ],
        ...(withSdp ? { body: options.rtp?.sdp() ?? silentSdp(this.agent.wire.localAddress) } : {}),
      });
    send();
    if (status >= 200) this.stop();
    if (withSdp) this.timers.push(setInterval(send, 1000));
  }

  /** Takes a running INVITE back; its final reply becomes 487. */
  async cancel(): Promise<SipMessage> {
    const { uri, callId, cseq, from, to, branch } = this.parts;
    const known = { from: from ?? "", to: to ?? "", callId: callId ?? "", cseq: cseq ?? 1, branch: branch ?? "" };
    const text = this.agent.compose({ method: "CANCEL", uri, ...known, contact: null });
    this.agent.send(text);
    return await this.agent.waitFor(
      "reply to CANCEL",
      (m) => m.status >= 200 && m.method === "CANCEL" && branchOf(m) === branch,
    );
  }

  /** Ends an answered call and gives the reply to the BYE. */
  async hangup(): Promise<SipMessage> {
    this.stop();
    return await this.request("BYE");
  }

  /** Sends any request inside the dialog. */
  async request(method: string, parts: Partial<RequestParts> = {}): Promise<SipMessage> {
    return await this.agent.request({ ...this.inDialog(method), cseq: ++this.cseq, ...parts });
  }

  /** Stops timers (answering later, repeating the 200). */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
  }

  /** For the agent: a reply to this caller's INVITE. */
  onReply(message: SipMessage): void {
    this.messages.push(message);
    if (message.method !== "INVITE" || message.status < 200) return;
    if (message.status >= 300) {
      if (branchOf(message) === this.inviteBranch) this.agent.acknowledge(this.parts, message);
      return;
    }
    this.remoteParty = header(message, "to");
    this.remoteTarget = uriOf(header(message, "contact")) || this.remoteTarget;
    this.routes = headersOf(message, "record-route").reverse();
    this.rtp?.connect(message.body);
    this.agent.send(
      this.agent.compose({ ...this.inDialog("ACK"), cseq: Number.parseInt(header(message, "cseq"), 10) }),
    );
  }

  /** For the agent: a request inside this call. */
  onRequest(message: SipMessage): void {
    this.messages.push(message);
    if (message.method === "ACK") {
      this.stop();
      return;
    }
    const options = { toTag: this.localTag };
    const refusal = message.method === "INVITE" ? this.refusals.shift() : undefined;
    if (refusal !== undefined) {
      this.agent.reply(message, refusal, options);
      return;
    }
    if (message.method === "INVITE") {
      const contact: HeaderLine[] = [
        ["Contact", `<${this.agent.contactUri}>`],
        ["Content-Type", "application/sdp"],
      ];
      const body = this.rtp?.sdp() ?? silentSdp(this.agent.wire.localAddress);
      this.agent.reply(message, 200, { ...options, headers: contact, body });
      return;
    }
    this.agent.reply(message, 200, options);
    if (message.method === "CANCEL" && this.invite) this.answer(487);
    if (message.method === "CANCEL" || message.method === "BYE") {
      this.stop();
      this.peerEnd = message;
    }
  }

  private inDialog(method: string): RequestParts {
    return {
      method,
      uri: this.remoteTarget,
      from: this.localParty,
      to: this.remoteParty,
      callId: this.callId,
      headers: this.routes.map((route) => ["Route", route] as const),
    };
  }
}
