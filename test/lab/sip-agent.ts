/**
 * A SIP user agent for tests: every message can be made by hand, and the usual ones (REGISTER, calls both ways) in one line.
 * It is a peer, not a product: it keeps what it saw so that a test can judge it.
 */
import { Call, type CalleePolicy, type RequestParts } from "./sip/call.ts";
import { answerChallenge, type Challenge, ha1Of, readChallenge } from "./sip/digest.ts";
import {
  branchOf,
  compose,
  composeReply,
  type HeaderLine,
  header,
  type SipMessage,
  tagOf,
  token,
} from "./sip/message.ts";
import { type SoundPeer, silentSdp } from "./sip/rtp.ts";
import { openWire, type Protocol, type Wire } from "./sip/wire.ts";

export interface AgentOptions {
  /** Kamailio's address and the port of `protocol`. */
  host?: string;
  port: number;
  protocol?: Protocol;
  /** Source address; another 127.0.0.x plays another network. */
  localAddress?: string;
  user: string;
  /** Realm and From domain. */
  domain: string;
  /** Either of them; none for a stranger. */
  password?: string;
  ha1?: string;
  /** false: a WebSocket's pings are not answered. */
  pongs?: boolean;
}

export class SipAgent {
  wire: Wire;
  readonly user: string;
  readonly domain: string;
  /** Everything that arrived, oldest first. */
  readonly received: SipMessage[] = [];
  /** Calls that came in, oldest first. */
  readonly incoming: Call[] = [];
  policy: CalleePolicy = { ring: true, final: 200, afterMs: 0 };
  /** Called for each new incoming call, after the policy was started. */
  onCall: (call: Call) => void = () => {};
  private readonly options: AgentOptions;
  private readonly ha1: string | null;
  private readonly waiters = new Map<(message: SipMessage) => void, (reason: string) => void>();
  private readonly repeats = new Set<NodeJS.Timeout>();
  private readonly calls = new Map<string, Call>();
  private readonly sentReplies = new Map<string, string>();
  private readonly registration = { callId: token(), cseq: 0, tag: token() };
  private readonly nonceUses = new Map<string, number>();
  private readonly instance = `${token(4)}.invalid`;

  private constructor(wire: Wire, options: AgentOptions) {
    this.wire = wire;
    this.options = options;
    this.user = options.user;
    this.domain = options.domain;
    const { ha1, password } = options;
    this.ha1 = ha1 ?? (password === undefined ? null : ha1Of(options.user, options.domain, password));
    wire.onMessage((message) => this.take(message));
  }

  static async open(options: AgentOptions): Promise<SipAgent> {
    const wire = await openWire({ host: "127.0.0.1", protocol: "udp", ...options });
    return new SipAgent(wire, options);
  }

  /** Drops the wire and opens a new one, as a device does that was cut off; its calls and contact stay. */
  async reconnect(): Promise<void> {
    this.wire.close();
    this.wire = await openWire({ host: "127.0.0.1", protocol: "udp", ...this.options });
    this.wire.onMessage((message) => this.take(message));
  }

  /** `sip:user@domain`. */
  get aor(): string {
    return `sip:${this.user}@${this.domain}`;
  }

  /** The URI this agent can be reached at. */
  get contactUri(): string {
    const { protocol, localAddress, localPort } = this.wire;
    if (protocol === "ws" || protocol === "wss") return `sip:${this.user}@${this.instance};transport=ws`;
    const transport = protocol === "udp" ? "" : `;transport=${protocol}`;
    return `sip:${this.user}@${localAddress}:${localPort}${transport}`;
  }

  /** A Via line of this agent. */
  via(branch = `z9hG4bK${token()}`): string {
    const { protocol, localAddress, localPort } = this.wire;
    const sentBy = protocol === "ws" || protocol === "wss" ? this.instance : `${localAddress}:${localPort}`;
    return `SIP/2.0/${protocol.toUpperCase()} ${sentBy};branch=${branch};rport`;
  }

  /** Writes a request with everything the standard asks for, an INVITE with an offer; nothing is sent. */
  compose(parts: RequestParts): string {
    const contact = parts.contact === undefined ? `<${this.contactUri}>` : parts.contact;
    const offers = parts.method === "INVITE" && parts.body === undefined;
    const body = offers ? silentSdp(this.wire.localAddress) : parts.body;
    return compose(
      `${parts.method} ${parts.uri} SIP/2.0`,
      [
        ["Via", this.via(parts.branch)],
        ["Max-Forwards", "70"],
        ["From", parts.from ?? `<${this.aor}>;tag=${token()}`],
        ["To", parts.to ?? `<${parts.uri}>`],
        ["Call-ID", parts.callId ?? token()],
        ["CSeq", `${parts.cseq ?? 1} ${parts.method}`],
        ...(contact === null ? [] : [["Contact", contact] as const]),
        ...(offers ? [["Content-Type", "application/sdp"] as const] : []),
        ...(parts.headers ?? []),
      ],
      body,
    );
  }

  /** Sends text as it is. */
  send(text: string | Uint8Array): void {
    this.wire.send(text);
  }

  /** The first message, of those already here or to come, that fits. Throws after `timeoutMs`. */
  waitFor(what: string, fits: (message: SipMessage) => boolean, timeoutMs = 10_000): Promise<SipMessage> {
    const here = this.received.find(fits);
    if (here) return Promise.resolve(here);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.waiters.delete(look);
      };
      const giveUp = (reason: string): void => {
        settle();
        reject(new Error(`${this.user}: no ${what} ${reason}`));
      };
      const look = (message: SipMessage): void => {
        if (!fits(message)) return;
        settle();
        resolve(message);
      };
      const timer = setTimeout(() => giveUp(`within ${timeoutMs} ms`), timeoutMs);
      this.waiters.set(look, giveUp);
    });
  }

  /** Sends a request (again each 500 ms over UDP until something answers) and gives its final reply. */
  async transact(text: string, timeoutMs = 10_000): Promise<SipMessage> {
    const branch = /;branch=([^;,\s]+)/i.exec(text)?.[1] ?? "";
    const method = /^CSeq:\s*\d+\s+(\S+)/im.exec(text)?.[1] ?? ""; // CANCEL has its INVITE's branch
    const mine = (m: SipMessage): boolean => m.status > 0 && branchOf(m) === branch && m.method === method;
    const repeat = setInterval(() => this.resend(text, mine), 500);
    if (this.wire.protocol === "udp") this.repeats.add(repeat);
    else clearInterval(repeat);
    this.send(text);
    try {
      return await this.waitFor(
        `final reply to ${text.split("\r\n")[0]}`,
        (m) => mine(m) && m.status >= 200,
        timeoutMs,
      );
    } finally {
      clearInterval(repeat);
      this.repeats.delete(repeat);
    }
  }

  /** Sends a request and, if challenged, once more with credentials. Gives the last final reply. */
  async request(parts: RequestParts, timeoutMs = 10_000): Promise<SipMessage> {
    const whole = { callId: token(), cseq: 1, from: `<${this.aor}>;tag=${token()}`, ...parts };
    const first = await this.transact(this.compose(whole), timeoutMs);
    if (whole.method === "INVITE" && first.status >= 300) this.acknowledge(whole, first);
    const credentials = this.credentials(first, whole.method, whole.uri);
    if (!credentials) return first;
    const again = { ...whole, cseq: whole.cseq + 1, headers: [...(whole.headers ?? []), credentials] };
    const second = await this.transact(this.compose(again), timeoutMs);
    if (whole.method === "INVITE" && second.status >= 300) this.acknowledge(again, second);
    return second;
  }

  /** The credentials line that answers a 401 or 407; null when it was none or this agent is a stranger. */
  credentials(reply: SipMessage, method: string, uri: string): HeaderLine | null {
    const proxy = reply.status === 407;
    const value = header(reply, proxy ? "proxy-authenticate" : "www-authenticate");
    if ((!proxy && reply.status !== 401) || value === "" || this.ha1 === null) return null;
    const answer = this.answer(readChallenge(value), method, uri);
    return [proxy ? "Proxy-Authorization" : "Authorization", answer];
  }

  /** Answers a challenge, counting the uses of its nonce. */
  answer(challenge: Challenge, method: string, uri: string): string {
    const nc = (this.nonceUses.get(challenge.nonce) ?? 0) + 1;
    this.nonceUses.set(challenge.nonce, nc);
    return answerChallenge(challenge, { user: this.user, ha1: this.ha1 ?? "" }, { method, uri, nc });
  }

  /** Registers this wire's contact for `expires` seconds (0 removes it) and gives the final reply. */
  async register(expires = 300, headers: readonly HeaderLine[] = [], timeoutMs = 10_000): Promise<SipMessage> {
    const { callId, tag } = this.registration;
    this.registration.cseq += 2;
    return await this.request(
      {
        method: "REGISTER",
        uri: `sip:${this.domain}`,
        to: `<${this.aor}>`,
        from: `<${this.aor}>;tag=${tag}`,
        callId,
        cseq: this.registration.cseq - 1,
        headers: [["Expires", String(expires)], ...headers],
      },
      timeoutMs,
    );
  }

  /**
   * Calls `callee` (a name of this domain or a whole URI), answering the challenge. Resolves as soon as the INVITE with
   * credentials is out; `call.final` is its outcome. Without `rtp` the SDP names a port nobody listens on.
   */
  async call(callee: string, options: Partial<RequestParts> & { rtp?: SoundPeer } = {}): Promise<Call> {
    const { rtp, ...parts } = options;
    const uri = callee.includes(":") ? callee : `sip:${callee}@${this.domain}`;
    const whole: Required<Omit<RequestParts, "contact">> & { contact?: string | null } = {
      method: "INVITE",
      uri,
      from: `<${this.aor}>;tag=${token()}`,
      to: `<${uri}>`,
      callId: token(),
      cseq: 1,
      body: rtp?.sdp() ?? silentSdp(this.wire.localAddress),
      branch: `z9hG4bK${token()}`,
      ...parts,
      headers: [["Content-Type", "application/sdp"], ...(parts.headers ?? [])],
    };
    const first = this.transact(this.compose(whole), 200_000);
    const challenged = await Promise.race([
      first,
      this.waitFor("reply to INVITE", (m) => branchOf(m) === whole.branch && m.status > 100, 200_000),
    ]);
    const credentials = this.credentials(challenged, "INVITE", uri);
    if (!credentials) return this.track(new Call(this, whole, first, rtp ?? null));
    this.acknowledge(whole, challenged);
    const again = {
      ...whole,
      cseq: whole.cseq + 1,
      branch: `z9hG4bK${token()}`,
      headers: [...whole.headers, credentials],
    };
    return this.track(new Call(this, again, this.transact(this.compose(again), 200_000), rtp ?? null));
  }

  /** The ACK of a failed INVITE (RFC 3261 section 17.1.1.3). */
  acknowledge(invite: RequestParts, reply: SipMessage): void {
    this.send(
      this.compose({
        method: "ACK",
        uri: invite.uri,
        from: header(reply, "from"),
        to: header(reply, "to"),
        callId: header(reply, "call-id"),
        cseq: invite.cseq ?? 1,
        branch: branchOf(reply),
        contact: null,
      }),
    );
  }

  /** Answers a request; the same reply goes out again when the request is repeated. */
  reply(request: SipMessage, status: number, options: Parameters<typeof composeReply>[2] = {}): void {
    const text = composeReply(request, status, { toTag: token(), ...options });
    this.sentReplies.set(`${branchOf(request)} ${request.method}`, text);
    this.send(text);
  }

  /** Ends timers and the wire; calls are not hung up, and whoever still waits for a message is told at once. */
  close(): void {
    for (const giveUp of [...this.waiters.values()]) giveUp("before this agent was closed");
    for (const timer of this.repeats) clearInterval(timer);
    for (const call of this.calls.values()) call.stop();
    this.wire.close();
  }

  private track(call: Call): Call {
    this.calls.set(`${call.callId} ${call.localTag}`, call);
    return call;
  }

  private resend(text: string, answered: (message: SipMessage) => boolean): void {
    if (!this.received.some(answered)) this.send(text);
  }

  private take(message: SipMessage): void {
    this.received.push(message);
    for (const waiter of [...this.waiters.keys()]) waiter(message);
    if (message.status > 0) {
      this.calls.get(`${header(message, "call-id")} ${tagOf(header(message, "from"))}`)?.onReply(message);
      return;
    }
    const repeated = this.sentReplies.get(`${branchOf(message)} ${message.method}`);
    if (repeated) {
      this.send(repeated);
      return;
    }
    const toTag = tagOf(header(message, "to"));
    if (message.method === "INVITE" && toTag === "") {
      const call = this.track(Call.incoming(this, message));
      this.incoming.push(call);
      call.follow(this.policy);
      this.onCall(call);
      return;
    }
    const key = message.method === "CANCEL" ? this.incoming.find((c) => c.inviteBranch === branchOf(message)) : null;
    const call = key ?? this.calls.get(`${header(message, "call-id")} ${toTag}`);
    if (call) call.onRequest(message);
    else if (message.method !== "ACK") this.reply(message, toTag === "" && message.method !== "CANCEL" ? 200 : 481);
  }
}
