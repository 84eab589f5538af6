/**
 * Renders the configuration of Kamailio, RTPEngine and coturn from the site values, always anew:
 * `node infra/render.ts --values edge.json --out DIR`.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { renderCoturn } from "./coturn/turnserver.ts";
import type { EdgeValues } from "./values.ts";

/** A value that no configuration file can be built on; the message names the value and what it must be. */
export class EdgeValueError extends Error {
  override readonly name = "EdgeValueError";
}

/** Checks what came from a file or a lab. Throws `EdgeValueError`; returns the same values, typed. */
export function checkEdgeValues(input: unknown): EdgeValues {
  if (typeof input !== "object" || input === null) throw new EdgeValueError("the values must be a JSON object");
  const values = input as EdgeValues;
  for (const [name, check] of Object.entries(CHECKS)) {
    const problem = check(Object.getOwnPropertyDescriptor(values, name)?.value);
    if (problem !== null) throw new EdgeValueError(`${name} must be ${problem}`);
  }
  for (const name of Object.keys(values)) {
    if (!(name in CHECKS)) throw new EdgeValueError(`${name} is not a value of the edge`);
  }
  if (values.mediaPortMax - values.mediaPortMin < 20)
    throw new EdgeValueError("mediaPortMax must leave 20 ports or more");
  if (values.turnRelayPortMin <= values.mediaPortMax && values.mediaPortMin <= values.turnRelayPortMax) {
    throw new EdgeValueError("turnRelayPortMin must lie outside the media ports");
  }
  const { sipPort, sipAltPort, wssPort, plainWsPort, rpcPort, turnPort, controlPort } = values;
  const ports = [sipPort, sipAltPort, wssPort, rpcPort, turnPort, controlPort, ...(plainWsPort ? [plainWsPort] : [])];
  if (new Set(ports).size !== ports.length) throw new EdgeValueError("two services must not share a port");
  return values;
}

/** null: fine; else what it must be. */
type Check = (value: unknown) => string | null;

const port: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535 ? null : "a port, 1 to 65535";
const address: Check = (value) => (typeof value === "string" && isIPv4(value) ? null : "an IPv4 address");
/** Plain characters only: a secret stands inside quoted strings of three configuration languages. */
const secret: Check = (value) =>
  typeof value === "string" && /^[A-Za-z0-9]{16,128}$/.test(value) ? null : "16 to 128 letters and digits";
const path: Check = (value) =>
  typeof value === "string" && isAbsolute(value) && /^[A-Za-z0-9/._+-]+$/.test(value)
    ? null
    : "an absolute path of letters, digits and / . _ + -";

const CHECKS: Record<keyof EdgeValues, Check> = {
  advertisedAddress: address,
  listenAddress: address,
  sipPort: port,
  sipAltPort: port,
  wssPort: port,
  plainWsPort: (value) => (value === null ? null : port(value)),
  rpcPort: port,
  rpcSecret: secret,
  rtpengineNgPort: port,
  rtpengineCliPort: port,
  mediaPortMin: port,
  mediaPortMax: port,
  turnPort: port,
  turnRelayPortMin: port,
  turnRelayPortMax: port,
  turnSecret: secret,
  controlPort: port,
  certificateFile: path,
  privateKeyFile: path,
  dataFolder: path,
  runFolder: path,
  nonceSecret: secret,
};

/**
 * Writes `<out>/kamailio/kamailio.cfg` with all that it includes, `<out>/rtpengine/rtpengine.conf` and
 * `<out>/coturn/turnserver.conf`. What was in those folders is gone afterwards. Files hold secrets: mode 0640.
 * `seenAs` is the path of `out` for the programs, where that is another (a chroot).
 */
export function renderEdge(values: EdgeValues, out: string, seenAs = out): void {
  const folder = resolve(out);
  const problem = path(folder);
  if (problem !== null) throw new EdgeValueError(`the output folder must be ${problem}`);
  const checked = checkEdgeValues(values);
  const kamailio = join(folder, "kamailio");
  rmSync(kamailio, { recursive: true, force: true });
  mkdirSync(kamailio, { recursive: true });
  const source = join(import.meta.dirname, "kamailio");
  for (const name of ["kamailio.cfg", "core.cfg", "modules.cfg", "routes"]) {
    cpSync(join(source, name), join(kamailio, name), { recursive: true });
  }
  const fields = { ...checked, ...derived(checked), configFolder: join(resolve(seenAs), "kamailio") };
  renderFile(join(source, "values.cfg.template"), join(kamailio, "values.cfg"), fields);
  renderFile(join(source, "tls.cfg.template"), join(kamailio, "tls.cfg"), fields);
  const rtpengine = join(folder, "rtpengine");
  rmSync(rtpengine, { recursive: true, force: true });
  mkdirSync(rtpengine);
  renderFile(
    join(import.meta.dirname, "rtpengine", "rtpengine.conf.template"),
    join(rtpengine, "rtpengine.conf"),
    fields,
  );
  const coturn = join(folder, "coturn");
  rmSync(coturn, { recursive: true, force: true });
  mkdirSync(coturn);
  writeFileSync(join(coturn, "turnserver.conf"), renderCoturn(checked), { mode: 0o640 });
}

/** What templates need beside the values themselves. */
function derived(values: EdgeValues): Record<string, string> {
  const { listenAddress, advertisedAddress, plainWsPort } = values;
  return {
    plainWsListener: plainWsPort === null ? "" : `listen=tcp:127.0.0.1:${plainWsPort}`,
    plainWsPortOrZero: String(plainWsPort ?? 0),
    interface: listenAddress === advertisedAddress ? listenAddress : `${listenAddress}!${advertisedAddress}`,
    dummyHa1: createHash("md5").update(`no account ${values.nonceSecret}`).digest("hex"),
  };
}

/** Replaces every `{{name}}`. A name without a value is an error: a half-rendered file is worse than none. */
function renderFile(template: string, out: string, fields: object): void {
  const map = new Map<string, unknown>(Object.entries(fields));
  const text = readFileSync(template, "utf8").replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (!map.has(name)) throw new EdgeValueError(`${template} asks for ${name}, which is not a value of the edge`);
    return String(map.get(name));
  });
  writeFileSync(out, text, { mode: 0o640 });
}

if (import.meta.main) {
  const { values: args } = parseArgs({ options: { values: { type: "string" }, out: { type: "string" } } });
  if (!args.values || !args.out) {
    process.stderr.write("usage: node infra/render.ts --values edge.json --out DIR\n");
    process.exit(2);
  }
  try {
    renderEdge(checkEdgeValues(JSON.parse(readFileSync(args.values, "utf8"))), args.out);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
