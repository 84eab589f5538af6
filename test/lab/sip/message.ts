/** SIP messages as tests need them (RFC 3261): lenient when reading, and literal when writing. */

import { randomBytes } from "node:crypto";

/** Header lines in the order of the wire; names as written. */
export type HeaderLine = readonly [name: string, value: string];

export interface SipMessage {
  /** First line as received. */
  startLine: string;
  /** The whole text as received. */
  raw: string;
  /** The request's method, or the method of a reply's CSeq. */
  method: string;
  /** 100–699 for a reply, 0 for a request. */
  status: number;
  /** Request-URI; empty for a reply. */
  uri: string;
  headers: HeaderLine[];
  body: string;
  /** `performance.now()` at arrival. */
  at: number;
  /** Where it came from: `address:port`. */
  source: string;
}

const COMPACT: Record<string, string> = {
  b: "referred-by",
  c: "content-type",
  e: "content-encoding",
  f: "from",
  i: "call-id",
  k: "supported",
  l: "content-length",
  m: "contact",
  o: "event",
  r: "refer-to",
  s: "subject",
  t: "to",
  u: "allow-events",
  v: "via",
  x: "session-expires",
};

/** Lower case, compact form spelled out. */
export function headerName(name: string): string {
  const lower = name.trim().toLowerCase();
  return COMPACT[lower] ?? lower;
}

/** All values of a header in wire order; comma lists are not split. */
export function headersOf(message: Pick<SipMessage, "headers">, name: string): string[] {
  const wanted = headerName(name);
  return message.headers.filter(([key]) => headerName(key) === wanted).map(([, value]) => value);
}

/** First value of a header, or an empty string. */
export function header(message: Pick<SipMessage, "headers">, name: string): string {
  return headersOf(message, name)[0] ?? "";
}

/** The `tag` of a From or To value, or an empty string. */
export function tagOf(value: string): string {
  return /;\s*tag=([^;\s>]+)/i.exec(value)?.[1] ?? "";
}

/** The URI of a name-addr or addr-spec, without header parameters. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0]?.trim() ?? "";
}

/** The branch of the topmost Via, or an empty string. */
export function branchOf(message: Pick<SipMessage, "headers">): string {
  return /;\s*branch=([^;,\s]+)/i.exec(header(message, "via"))?.[1] ?? "";
}

/** Reads one message. Throws on text that has no SIP first line. */
export function parse(text: string, source = "", at = performance.now()): SipMessage {
  const end = text.indexOf("\r\n\r\n");
  const head = (end < 0 ? text : text.slice(0, end)).replace(/\r\n[ \t]+/g, " ");
  const [startLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): HeaderLine => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const body = end < 0 ? "" : text.slice(end + 4);
  const reply = /^SIP\/2\.0 (\d{3})/.exec(startLine);
  const request = /^(\S+) (\S+) SIP\/2\.0$/.exec(startLine);
  if (!reply && !request) throw new Error(`not SIP: ${JSON.stringify(startLine.slice(0, 80))}`);
  const method = request?.[1] ?? header({ headers }, "cseq").split(/\s+/)[1] ?? "";
  return {
    startLine,
    raw: text,
    method,
    status: Number(reply?.[1] ?? 0),
    uri: request?.[2] ?? "",
    headers,
    body,
    at,
    source,
  };
}

/** Writes one message; adds Content-Length (bytes) unless a line of that name is given. */
export function compose(startLine: string, headers: readonly HeaderLine[], body = ""): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  if (!headers.some(([name]) => headerName(name) === "content-length")) {
    lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  }
  return `${startLine}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A reply to `request` with the lines every reply copies (RFC 3261 section 8.2.6.2). */
export function composeReply(
  request: SipMessage,
  status: number,
  options: { toTag?: string; headers?: readonly HeaderLine[]; body?: string } = {},
): string {
  const copied = request.headers.filter(([name]) =>
    ["via", "from", "call-id", "cseq", "record-route"].includes(headerName(name)),
  );
  const to = header(request, "to");
  const tagged = options.toTag && tagOf(to) === "" ? `${to};tag=${options.toTag}` : to;
  return compose(
    `SIP/2.0 ${status} ${status < 300 ? "OK" : "No"}`,
    [...copied, ["To", tagged], ...(options.headers ?? [])],
    options.body,
  );
}

/** A random word for tags, branches and Call-IDs. */
export function token(bytes = 8): string {
  return randomBytes(bytes).toString("hex");
}
