/** Scenarios for sipp, written step by step: one call of an account that is challenged, as fields 0 to 2 of `runSipp` (user, domain, credentials) log it in. */
import { writeFileSync } from "node:fs";

export interface SippCall {
  /** SIP name that is called, and its domain. */
  callee: string;
  domain: string;
  /** From without its tag. */
  from: string;
  /** Further header lines of the INVITEs. */
  headers?: readonly string[];
  /** Lines of the offer from the first stream on; `[media_port]` is sipp's own. */
  media: readonly string[];
}

/** One step of a scenario, as XML. */
export type SippStep = string;

export class SippScenario {
  private readonly call: SippCall;
  private readonly steps: SippStep[] = [];
  private cseq = 1;

  constructor(call: SippCall) {
    this.call = call;
  }

  /** INVITE, the challenge, INVITE with the login. */
  invite(): this {
    return this.request("INVITE", { sdp: this.sdp() })
      .receive(407, { auth: true })
      .acknowledge("INVITE")
      .request("INVITE", { sdp: this.sdp(), login: true });
  }

  /** The final answer of the INVITE, whatever rang before; a 2xx is acknowledged unless `ack` is false. */
  answer(status: number, { ack = true } = {}): this {
    this.steps.push('<recv response="100" optional="true"/>', '<recv response="180" optional="true"/>');
    this.receive(status, { route: status < 300 });
    if (status >= 300) return this.acknowledge("INVITE");
    return ack ? this.ack() : this;
  }

  /** A request in the answered call, and its final answer. */
  within(
    method: string,
    status: number,
    parts: { body?: string; type?: string; headers?: readonly string[] } = {},
  ): this {
    this.cseq += 1;
    this.send(method, "[next_url]", ["[routes]", "[last_To:]", ...(parts.headers ?? [])], parts.body ?? "", parts.type);
    this.steps.push('<recv response="100" optional="true"/>');
    this.receive(status);
    return method === "INVITE" ? (status < 300 ? this.ack() : this.acknowledge("INVITE")) : this;
  }

  /** The offer again, changed. */
  reinvite(status: number, change: (sdp: string) => string = (sdp) => sdp): this {
    return this.within("INVITE", status, { body: change(this.sdp()), type: "application/sdp" });
  }

  ack(): this {
    return this.send("ACK", "[next_url]", ["[routes]", "[last_To:]"], "", undefined, false);
  }

  /** Says it while the scenario goes on: a file of packets as on the wire. */
  play(pcap: string): this {
    this.steps.push(`<nop><action><exec play_pcap_audio="${pcap}"/></action></nop>`);
    return this;
  }

  pause(ms: number): this {
    this.steps.push(`<pause milliseconds="${ms}"/>`);
    return this;
  }

  cancel(): this {
    this.send("CANCEL", this.uri, [`To: <${this.uri}>`], "", undefined, true, "[last_Via:]");
    return this.receive(200).receive(487).acknowledge("INVITE");
  }

  bye(): this {
    return this.within("BYE", 200);
  }

  receive(status: number, { auth = false, route = false } = {}): this {
    this.steps.push(`<recv response="${status}"${auth ? ' auth="true"' : ""}${route ? ' rrs="true"' : ""}/>`);
    return this;
  }

  /** Writes it to `file`, and gives that. */
  write(file: string): string {
    const head =
      '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="call">\n';
    writeFileSync(file, `${head}${this.steps.join("\n")}\n</scenario>\n`);
    return file;
  }

  private get uri(): string {
    return `sip:${this.call.callee}@${this.call.domain}`;
  }

  private sdp(): string {
    const lines = ["v=0", "o=- 1 1 IN IP4 [local_ip]", "s=-", "c=IN IP4 [local_ip]", "t=0 0", ...this.call.media, ""];
    return lines.join("\r\n");
  }

  private request(method: string, { sdp, login = false }: { sdp: string; login?: boolean }): this {
    if (login) this.cseq += 1;
    const headers = [`To: <${this.uri}>`, ...(login ? ["[field2]"] : []), ...(this.call.headers ?? [])];
    this.send(method, this.uri, headers, sdp, "application/sdp");
    if (!login) this.steps.push('<recv response="100" optional="true"/>');
    return this;
  }

  /** The ACK of a final answer that is no 2xx. */
  private acknowledge(_method: "INVITE"): this {
    return this.send("ACK", this.uri, ["[last_To:]"], "", undefined, false, "[last_Via:]");
  }

  private send(
    method: string,
    uri: string,
    headers: readonly string[],
    body: string,
    type?: string,
    repeats = true,
    via = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport",
  ): this {
    const lines = [
      `${method} ${uri} SIP/2.0`,
      via,
      "Max-Forwards: 70",
      `From: ${this.call.from};tag=[pid]-[call_number]`,
      ...headers,
      "Call-ID: [call_id]",
      `CSeq: ${this.cseq} ${method}`,
      "Contact: <sip:[field0]@[local_ip]:[local_port]>",
      ...(type ? [`Content-Type: ${type}`] : []),
      "Content-Length: [len]",
      "",
      body,
    ];
    this.steps.push(`<send${repeats ? ' retrans="500"' : ""}><![CDATA[\n${lines.join("\n")}\n]]></send>`);
    return this;
  }
}
