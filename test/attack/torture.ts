/**
 * Messages that break parsers: the kinds of RFC 4475 (SIP torture tests) and RFC 5118 (IPv6), and the places where SIP
 * servers were seen to break since: multipart bodies, digest fields, lengths, SDP numbers. Written anew for this lab.
 */
import { token } from "../lab/sip/message.ts";

/** Where and as whom a message is sent. */
export interface Scene {
  /** Transport as it stands in Via: UDP, TCP, TLS, WS or WSS. */
  transport: string;
  address: string;
  port: number;
  domain: string;
  /** A name that exists at that domain. */
  callee: string;
}

export interface TortureMessage {
  /** What is wrong with it, or what is unusual. */
  name: string;
  make(scene: Scene): string | Buffer;
}

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 49172 RTP/AVP 8\r\n";

interface Parts {
  /** The first line. */
  start?: string;
  method?: string;
  uri?: string;
  via?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
  contact?: string;
  maxForwards?: string;
  /** Whole lines after the usual ones. */
  lines?: string[];
  /** Names of usual lines to leave out. */
  without?: string[];
  /** Whole Content-Length line; computed when absent. */
  length?: string;
  body?: string;
}

/** A sound request with some of its parts replaced. */
function request(scene: Scene, parts: Parts = {}): string {
  const method = parts.method ?? "INVITE";
  const uri = parts.uri ?? `sip:${scene.callee}@${scene.domain}`;
  const body = parts.body ?? (method === "INVITE" ? SDP : "");
  const sentBy = `${scene.address}:${scene.port}`;
  const usual: [name: string, line: string][] = [
    ["Via", `Via: ${parts.via ?? `SIP/2.0/${scene.transport} ${sentBy};rport;branch=z9hG4bK${token()}`}`],
    ["Max-Forwards", `Max-Forwards: ${parts.maxForwards ?? "70"}`],
    ["From", `From: ${parts.from ?? `<sip:door@${scene.domain}>;tag=${token()}`}`],
    ["To", `To: ${parts.to ?? `<sip:${scene.callee}@${scene.domain}>`}`],
    ["Call-ID", `Call-ID: ${parts.callId ?? token()}`],
    ["CSeq", `CSeq: ${parts.cseq ?? `1 ${method}`}`],
    ["Contact", `Contact: ${parts.contact ?? `<sip:door@${sentBy}>`}`],
  ];
  const lines = usual.filter(([name]) => !parts.without?.includes(name)).map(([, line]) => line);
  lines.push(...(parts.lines ?? []));
  if (body !== "" && !lines.some((line) => /^content-type/i.test(line))) lines.push("Content-Type: application/sdp");
  if (!parts.without?.includes("Content-Length")) {
    lines.push(parts.length ?? `Content-Length: ${Buffer.byteLength(body)}`);
  }
  return `${parts.start ?? `${method} ${uri} SIP/2.0`}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A reply nobody waits for. */
function reply(scene: Scene, start: string, lines: string[] = []): string {
  return request(scene, { start, method: "INVITE", lines, body: "" });
}

/** An entry whose message differs from a sound request in `parts`. */
function odd(name: string, parts: Parts | ((scene: Scene) => Parts)): TortureMessage {
  return { name, make: (scene) => request(scene, typeof parts === "function" ? parts(scene) : parts) };
}

function digest(fields: string): string[] {
  return [`Proxy-Authorization: Digest ${fields}`];
}

function multipart(name: string, contentType: string, body: string): TortureMessage {
  return odd(name, { lines: [`Content-Type: ${contentType}`], body });
}

const part = "Content-Type: application/sdp\r\n\r\n";

/** Sound but unusual (RFC 4475 section 3.1.1). */
const unusual: TortureMessage[] = [
  {
    name: "folded lines, odd case, blanks around separators",
    make: (s) =>
      [
        `INVITE sip:${s.callee}@${s.domain};unknown-param SIP/2.0`,
        `TO :\r\n <sip:${s.callee}@${s.domain}>  ;   tag-not = 1918181833n`,
        `from   : "J Rosenberg \\\\\\""       <sip:door@${s.domain}>\r\n  ;\r\n  tag = ${token()}`,
        "MaX-fOrWaRdS: 0068",
        `Call-ID: ${token()}`,
        "Content-Length   : 0",
        "cseq: 0009\r\n  INVITE",
        `Via  : SIP  /   2.0\r\n /${s.transport}\r\n    ${s.address}:${s.port};branch=z9hG4bK${token()}`,
        "s :",
        "NewFangledHeader:   newfangled value\r\n continued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;",
        `m:"Quoted string \\"\\"" <sip:door@${s.address}> ; newparam =\r\n  newvalue ;\r\n  secondparam ; q = 0.33`,
        "",
        "",
      ].join("\r\n"),
  },
  odd("every token character in method and header names", {
    method: "!interesting-Method0123456789_*+`.%indeed'~",
    lines: ["extensionHeader-!.%*+_`'~:\ufeff\u5927\u505c\u96fb"],
    body: "",
  }),
  odd("escaped characters and %00 in the user part", (s) => ({
    uri: `sip:sips%3Auser%40example.com%00@${s.domain}`,
    to: `<sip:%75se%72%00@${s.domain}>`,
    from: `<sip:I%20have%20spaces%00@${s.domain}>;tag=${token()}`,
  })),
  odd("escaped nulls in REGISTER", (s) => ({
    method: "REGISTER",
    uri: `sip:${s.domain}`,
    to: `<sip:null-%00-null@${s.domain}>`,
    from: `<sip:null-%00-null@${s.domain}>;tag=${token()}`,
    contact: `<sip:%00@${s.address}>, <sip:%00%00@${s.address}>`,
  })),
  odd("percent signs in the method", { method: "RE%47IST%45R", body: "" }),
  odd("no blank between display name and address", (s) => ({
    method: "OPTIONS",
    from: `caller<sip:door@${s.domain}>;tag=323`,
    to: `"callee"<sip:${s.callee}@${s.domain}>`,
  })),
  odd("long values in many fields", (s) => ({
    uri: `sip:${"amazinglylongcallee".repeat(20)}@${s.domain};unknownparam=${"long".repeat(100)}`,
    from: `"${"long name ".repeat(80)}" <sip:door@${s.domain}>;tag=${"1".repeat(900)}`,
    callId: "longcallid".repeat(60),
    lines: [`Unknown-${"Long".repeat(50)}: ${"value ".repeat(300)}`],
  })),
  {
    name: "bytes after the end of a request",
    make: (s) => `${request(s, { method: "OPTIONS" })}\r\nOPTIONS sip:x@y SIP/2.0`,
  },
  odd("semicolons in the user part", (s) => ({ uri: `sip:user;par=u%40example.net@${s.domain}` })),
  odd("unknown transports in Via", (s) => ({
    via: `SIP/2.0/UNKNOWN ${s.address}:${s.port};branch=z9hG4bK${token()}`,
    lines: ["Via: SIP/2.0/SCTP t2.example.org;branch=z9hG4bKx", "Via: SIP/2.0/TLSX t3.example.org;branch=z9hG4bKy"],
  })),
  { name: "a reply with a strange reason", make: (s) => reply(s, "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e") },
  { name: "a reply without a reason", make: (s) => reply(s, "SIP/2.0 100 ") },
  odd("a request of RFC 2543: no branch, no tag, no Max-Forwards", (s) => ({
    via: `SIP/2.0/${s.transport} ${s.address}:${s.port}`,
    from: `<sip:door@${s.domain}>`,
    without: ["Max-Forwards"],
  })),
];

/** Syntactically broken (RFC 4475 section 3.1.2). */
const broken: TortureMessage[] = [
  odd("empty parameters and list members", (s) => ({
    via: `SIP/2.0/${s.transport} ${s.address}:${s.port};;,;,,;branch=z9hG4bK${token()}`,
    to: `;;,,<sip:${s.callee}@${s.domain}>`,
    contact: `"Joe" <sip:joe@${s.address}>;;;;,,;,`,
  })),
  odd("Content-Length beyond the end", { length: "Content-Length: 9999" }),
  odd("negative Content-Length", { length: "Content-Length: -999" }),
  odd("Content-Length that is no number", { length: "Content-Length: five" }),
  odd("two different Content-Length lines", { lines: ["Content-Length: 1"], length: "Content-Length: 900" }),
  odd("overlarge numbers in a request", {
    cseq: "36893488147419103232 REGISTER",
    method: "REGISTER",
    maxForwards: "300",
    lines: ["Expires: 10000000000000000000000000000000", "Min-Expires: 9".repeat(30)],
    contact: "<sip:user@192.0.2.1>;expires=280297596632815",
  }),
  {
    name: "overlarge numbers in a reply",
    make: (s) =>
      reply(s, "SIP/2.0 503 Gone", ["Retry-After: 949302838503028349304023988", 'Warning: 1812 overture "x"']),
  },
  odd("unterminated quoted string", (s) => ({ to: `"Mr. J. User <sip:${s.callee}@${s.domain}>` })),
  odd("angle brackets around the Request-URI", (s) => ({ start: `INVITE <sip:${s.callee}@${s.domain}> SIP/2.0` })),
  odd("blanks inside the Request-URI", (s) => ({ start: `INVITE sip:${s.callee}@${s.domain}; lr SIP/2.0` })),
  odd("several blanks in the first line", (s) => ({ start: `INVITE  sip:${s.callee}@${s.domain}  SIP/2.0` })),
  odd("a blank at the end of the first line", (s) => ({ start: `OPTIONS sip:${s.callee}@${s.domain} SIP/2.0  ` })),
  odd("headers escaped into the Request-URI", (s) => ({
    uri: `sip:${s.callee}@${s.domain}?Route=%3Csip:192.0.2.7%3E`,
  })),
  odd("a date of another zone", { lines: ["Date: Fri, 01 Jan 2010 16:00:00 EST"] }),
  odd("URI with parameters but without brackets", (s) => ({
    contact: `sip:door@${s.address}?Route=%3Csip:192.0.2.7%3E`,
  })),
  odd("blanks within the brackets", (s) => ({ to: `"Watson" < sip:${s.callee}@${s.domain} >` })),
  odd("display name of forbidden characters", (s) => ({ from: `Bell, Alexander <sip:door@${s.domain}>;tag=43` })),
  odd("unknown version", (s) => ({ start: `OPTIONS sip:${s.callee}@${s.domain} SIP/7.0`, method: "OPTIONS" })),
  odd("method and CSeq differ", { method: "OPTIONS", cseq: "8 INVITE" }),
  odd("unknown method and CSeq differ", { method: "NEWMETHOD", cseq: "8 INVITE", body: "" }),
  odd("an ACK whose CSeq says CANCEL", { method: "ACK", cseq: "8 CANCEL", body: "" }),
  { name: "overlarge reply code", make: (s) => reply(s, "SIP/2.0 4294967301 better not break the receiver") },
  { name: "reply code of two digits", make: (s) => reply(s, "SIP/2.0 20 short") },
  { name: "negative reply code", make: (s) => reply(s, "SIP/2.0 -20 below") },
  odd("branch without an identifier", (s) => ({ via: `SIP/2.0/${s.transport} ${s.address}:${s.port};branch=z9hG4bK` })),
  odd("CSeq without a method", { cseq: "7" }),
  odd("negative CSeq", { cseq: "-7 INVITE" }),
  odd("a colon without a name", { lines: [": value without a name"] }),
  odd("a line without a colon", { lines: ["this line has no colon"] }),
  odd("folding right after the first line", { lines: [], via: `\r\n\t\r\n SIP/2.0/UDP 192.0.2.1` }),
  odd("bare LF line ends inside", { lines: ["X-One: 1\nX-Two: 2\rX-Three: 3"] }),
  odd("a NUL in a header", { lines: ["Subject: a\0b", "X\0Y: z"] }),
  odd("Via without an address", (s) => ({ via: `SIP/2.0/${s.transport}` })),
  odd("Via with port 99999", (s) => ({ via: `SIP/2.0/${s.transport} ${s.address}:99999;branch=z9hG4bK${token()}` })),
  odd("Via with a bracket left open", (s) => ({ via: `SIP/2.0/${s.transport} [::1;branch=z9hG4bK${token()}` })),
  odd("rport and received already filled with nonsense", (s) => ({
    via: `SIP/2.0/${s.transport} ${s.address}:${s.port};rport=abc;received=999.1.1.1;branch=z9hG4bK${token()};ttl=x;maddr=[`,
  })),
];

/** Meaning broken, syntax sound (RFC 4475 sections 3.2 to 3.4). */
const meaning: TortureMessage[] = [
  odd("required headers missing", { without: ["From", "To", "Call-ID", "CSeq"] }),
  odd("no Via", { without: ["Via"] }),
  odd("no CSeq", { without: ["CSeq"] }),
  odd("no Call-ID", { without: ["Call-ID"] }),
  odd("unknown scheme", { uri: "nobodyKnowsThisScheme:totallyopaquecontent" }),
  odd("a web address as target", { uri: "http://www.example.com/%2e%2e/" }),
  odd("a telephone URI as target", { uri: "tel:+33199006789;phone-context=example.com" }),
  odd("a sips URI as target", (s) => ({ uri: `sips:${s.callee}@${s.domain}` })),
  odd("unknown schemes in To, From, Contact", {
    to: "isbn:2983792873",
    from: `<http://www.example.com>;tag=${token()}`,
    contact: "<name:John_Smith>",
  }),
  odd("unknown extensions required", { lines: ["Require: nothingSupportsThis", "Proxy-Require: norDoesAnyProxy"] }),
  odd("unknown body type", { lines: ["Content-Type: application/unknownformat"], body: "<audio>\0</audio>" }),
  odd("unknown authorization scheme", { lines: ['Proxy-Authorization: NoOneKnowsThisScheme opaque="x"'] }),
  odd("single fields given many times", (s) => ({
    lines: [
      "Call-ID: second",
      "CSeq: 5 BYE",
      `From: <sip:other@${s.domain}>;tag=2`,
      `To: <sip:other@${s.domain}>;tag=3`,
      "Max-Forwards: 5",
    ],
  })),
  odd("Max-Forwards zero", { method: "OPTIONS", maxForwards: "0" }),
  odd("Max-Forwards negative", { maxForwards: "-1" }),
  odd("Max-Forwards of 2^32", { maxForwards: "4294967296" }),
  odd("Max-Forwards that is no number", { maxForwards: "many" }),
  odd("a contact with parameters of every kind", (s) => ({
    method: "REGISTER",
    uri: `sip:${s.domain}`,
    contact: `sip:+19725552222@${s.address};unknownparam;expires=;q=9.9;+sip.instance="<";reg-id=-1`,
  })),
  odd("a contact with headers in its URI", (s) => ({
    method: "REGISTER",
    uri: `sip:${s.domain}`,
    contact: `<sip:user@${s.address}?Route=%3Csip:192.0.2.9%3E>`,
  })),
  odd("Accept that fits nothing", { method: "OPTIONS", lines: ["Accept: text/nobodyKnowsThis"] }),
  odd("the tag of To twice", (s) => ({ to: `<sip:${s.callee}@${s.domain}>;tag=1;tag=2` })),
  odd("an empty From", { from: "" }),
  odd("an empty To tag", (s) => ({ to: `<sip:${s.callee}@${s.domain}>;tag=` })),
  ...["sip:", "sip:@", "sip:%", "sip:%4@", "sip::@:", "sip:a@b:99999", "sip:a@b:-1", "sip:a@b;maddr=", "*"].map((uri) =>
    odd(`Request-URI ${uri}`, { uri }),
  ),
  odd("a Request-URI of 8 kB", (s) => ({ uri: `sip:${"x".repeat(8000)}@${s.domain}` })),
  odd("a header name of 8 kB", { lines: [`${"N".repeat(8000)}: 1`] }),
  odd("two thousand unknown headers", { lines: Array.from({ length: 2000 }, (_, i) => `X-${i}: ${i}`) }),
  odd("five hundred Via lines", {
    lines: Array.from({ length: 500 }, (_, i) => `Via: SIP/2.0/UDP 192.0.2.${i % 250}:5060;branch=z9hG4bK${i}`),
  }),
  odd("a Via list of five hundred", (s) => ({
    via: Array.from({ length: 500 }, (_, i) => `SIP/2.0/${s.transport} 192.0.2.1:${5000 + i};branch=z9hG4bK${i}`).join(
      ",",
    ),
  })),
  odd("two hundred Route lines", { lines: Array.from({ length: 200 }, (_, i) => `Route: <sip:192.0.2.${i};lr>`) }),
  odd("broken Route and Record-Route", { lines: ["Route: <sip:;lr>", "Route: <", "Record-Route: >,<", "Path: <<>>"] }),
];

/** Credentials, bodies and SDP that break what reads them. */
const inner: TortureMessage[] = [
  odd("digest with nothing", { lines: digest("") }),
  odd("digest with an open quote", { lines: digest('username="door, realm="x') }),
  odd("digest without a response", (s) => ({
    lines: digest(`username="door", realm="${s.domain}", nonce="x", uri="sip:x"`),
  })),
  odd("digest with a nonce of 20 kB", (s) => ({
    lines: digest(
      `username="door", realm="${s.domain}", nonce="${"A".repeat(20_000)}", uri="sip:x", response="${"0".repeat(32)}"`,
    ),
  })),
  odd("digest with overlarge counts", (s) => ({
    lines: digest(
      `username="door", realm="${s.domain}", nonce="AAAA", uri="sip:x", response="${"f".repeat(32)}", qop=auth, nc=ffffffffff, cnonce="", algorithm=MD5-sess`,
    ),
  })),
  odd("digest with a NUL and commas in the user", (s) => ({
    lines: digest(`username="do\0or,,;=", realm="${s.domain}", nonce=",", uri=",", response="zz"`),
  })),
  odd("fifty digest lines", (s) => ({
    lines: Array.from({ length: 50 }, (_, i) =>
      digest(`username="u${i}", realm="${s.domain}", nonce="${i}", uri="sip:x", response="0"`),
    ).flat(),
  })),
  multipart("multipart without a boundary", "multipart/mixed", `--x\r\n${part}${SDP}\r\n--x--\r\n`),
  multipart("multipart with an empty boundary", 'multipart/mixed;boundary=""', `--\r\n${part}${SDP}\r\n----\r\n`),
  multipart("multipart never closed", "multipart/mixed;boundary=x", `--x\r\n${part}${SDP}\r\n--x`),
  multipart("multipart of boundaries only", "multipart/mixed;boundary=x", "--x\r\n".repeat(2000)),
  multipart("multipart whose boundary is longer than the body", `multipart/mixed;boundary=${"b".repeat(3000)}`, "--b"),
  multipart(
    "multipart with SDP and noise",
    "multipart/mixed;boundary=x",
    `--x\r\n${part}${SDP}\r\n--x\r\nContent-Type: a/b\r\n\r\n\0\x01\r\n--x--`,
  ),
  odd("SDP with overlarge port", { body: SDP.replace("49172", "99999999999999999999") }),
  odd("SDP with a negative port", { body: SDP.replace("49172", "-1") }),
  odd("SDP with five hundred media lines", { body: SDP + "m=audio 4 RTP/AVP 0\r\n".repeat(500) }),
  odd("SDP cut off", { body: "v=0\r\no=" }),
  odd("SDP without line ends", { body: "v=0 o=- c=IN IP4 m=audio" }),
  odd("SDP with a line of 16 kB", { body: `${SDP}a=${"x".repeat(16_000)}\r\n` }),
  odd("SDP with broken candidates", {
    body: `${SDP}a=candidate:\r\na=candidate:1 1 UDP 99999999999 x y typ\r\na=crypto:1\r\na=fingerprint:\r\n`,
  }),
  odd("SDP naming an IPv6 address in an IPv4 line", { body: SDP.replaceAll("192.0.2.5", "2001:db8::1") }),
  { name: "nothing but line ends", make: () => "\r\n\r\n\r\n\r\n" },
  { name: "nothing but NULs", make: () => Buffer.alloc(600) },
  { name: "every byte", make: () => Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255)) },
  { name: "a first line and no more", make: (s) => `INVITE sip:${s.callee}@${s.domain} SIP/2.0\r\n\r\n` },
  { name: "a first line without its end", make: (s) => `INVITE sip:${s.callee}@${s.domain}` },
  { name: "headers without their end", make: (s) => request(s).split("\r\n").slice(0, 5).join("\r\n") },
  { name: "a web request", make: () => "GET / HTTP/1.1\r\nHost: sip.example.com\r\n\r\n" },
  { name: "a TLS greeting in clear", make: () => Buffer.from("16030100310100002d0303", "hex") },
  { name: "a byte order mark first", make: (s) => `\ufeff${request(s, { method: "OPTIONS" })}` },
  { name: "60 kB of one header", make: (s) => request(s, { lines: [`X-Long: ${"y".repeat(60_000)}`] }) },
];

/** IPv6 in every place (RFC 5118). */
const ipv6: TortureMessage[] = [
  odd("IPv6 as target", { uri: "sip:[2001:db8::10]" }),
  odd("IPv6 without brackets as target", { uri: "sip:2001:db8::10" }),
  odd("IPv6 with a port outside the brackets", { uri: "sip:[2001:db8::10]:5070" }),
  odd("IPv6 with a port inside the brackets", { uri: "sip:[2001:db8::10:5070]" }),
  odd("IPv6 with three colons", { uri: "sip:[2001:db8:::192.0.2.1]" }),
  odd("IPv6 with a zone", { uri: "sip:[fe80::1%25eth0]" }),
  odd("IPv6 that maps the loopback address", { uri: "sip:x@[::ffff:127.0.0.1]" }),
  odd("IPv6 Via with received in brackets", (s) => ({
    via: `SIP/2.0/${s.transport} [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bK${token()}`,
  })),
  odd("IPv6 Via with received without brackets", (s) => ({
    via: `SIP/2.0/${s.transport} [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bK${token()}`,
  })),
  odd("IPv6 in Contact and SDP", {
    contact: "<sip:door@[2001:db8::1]>",
    body: SDP.replaceAll("IP4 192.0.2.5", "IP6 2001:db8::1"),
  }),
  odd("IPv6 of forty groups", { uri: `sip:[${"1:".repeat(40)}1]` }),
];

export const torture: TortureMessage[] = [...unusual, ...broken, ...meaning, ...inner, ...ipv6];
