/**
 * The settings of the bridge, read and checked once at start: from the environment, and as an app from the options.json
 * that Home Assistant puts into the data folder. The names are the same: `control_url` in the file is
 * NEOLIA_CONTROL_URL in the environment, which comes first. An empty text is the same as none.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { KEPT_DAYS } from "./directory/audit.ts";
import type { LogLevel } from "./log.ts";

export interface Options {
  /** Holds neolia.db, its copies and the standalone secret. */
  dataFolder: string;
  /** Where the page is served: to this machine only, or as an app to the Supervisor's network. */
  host: string;
  port: number;
  /** Home Assistant's Supervisor, when the bridge runs as its app. */
  home: { url: string; token: string; address: string } | null;
  /** The VPS's control service; null: edits wait here. */
  controlUrl: string | null;
  /** The same, once for each site token of the options. Others are entered in the panel. */
  control: readonly { url: string; token: string; caFile: string | undefined }[];
  /** PEM of an own certificate authority, beside the system's. */
  caFile: string | undefined;
  /** Where browsers register, e.g. wss://sip.example.com:8443. */
  sipUri: string | null;
  /** The service that listens and speaks on phone lines. `apiKey` "": none, so people take the calls. */
  voice: { apiKey: string; baseUrl: string; model: string; voice: string };
  mqtt: {
    url: string;
    username: string | undefined;
    password: string | undefined;
    caFile: string | undefined;
  } | null;
  /** The bell button of the demo, on loopback. */
  demoUrl: string | undefined;
  /** The built panel. */
  panelFolder: string;
  logLevel: LogLevel;
  /** Days that the audit log is kept. */
  auditDays: number;
}

/** Everything that is wrong with the options, one plain sentence each. */
export class OptionsError extends Error {
  override readonly name = "OptionsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(" "));
    this.problems = problems;
  }
}

const DEFAULT_PORT = 8099;
/** Ten years. */
const MOST_AUDIT_DAYS = 3650;
const VOICE_URL = "https://api.openai.com/v1";
const VOICE_MODEL = "gpt-realtime-2.1";
const VOICE = "marin";
const SUPERVISOR_URL = "http://supervisor";
/** The Supervisor's address in every house: it is fixed in Home Assistant. */
const SUPERVISOR_ADDRESS = "172.30.32.2";
const LOG_LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Throws OptionsError. */
export function readOptions(env: Record<string, string | undefined>): Options {
  const problems: string[] = [];
  const dataFolder = resolve(env.NEOLIA_DATA || "data");
  const file = join(dataFolder, "options.json");
  const fromFile = existsSync(file) ? readFile(file, problems) : {};
  const text = (name: string): string | undefined => {
    const value = env[`NEOLIA_${name.toUpperCase()}`] ?? fromFile[name];
    return value === undefined || value === null || value === "" ? undefined : String(value);
  };
  const address = (name: string, secure: string, plain: string): URL | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : null;
    const problem = addressProblem(url, secure, plain);
    if (problem) problems.push(`${name} ${problem}.`);
    return url && !problem ? url : undefined;
  };

  const port = Number(text("port") ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) problems.push("port must be a number from 1 to 65535.");
  const logLevel = LOG_LEVELS.find((level) => level === (text("log_level") ?? "info"));
  if (!logLevel) problems.push(`log_level must be one of ${LOG_LEVELS.join(", ")}.`);
  const auditDays = Number(text("audit_days") ?? KEPT_DAYS);
  if (!Number.isInteger(auditDays) || auditDays < 1 || auditDays > MOST_AUDIT_DAYS) {
    problems.push(`audit_days must be a number from 1 to ${MOST_AUDIT_DAYS}.`);
  }
  const control = address("control_url", "https:", "http:");
  // A bridge with several sites has a token for each, with spaces or commas between them.
  const tokens = (text("site_token") ?? "").split(/[\s,]+/).filter((token) => token !== "");
  if (tokens.length > 0 && !text("control_url"))
    problems.push("site_token needs a control_url: the address of the VPS's control.");
  const certificate = (name: string): string | undefined => {
    const path = text(name);
    if (path && !isCertificate(path)) problems.push(`${name} ${path} is not a readable PEM certificate.`);
    return path;
  };
  const caFile = certificate("ca_file");
  const mqttCaFile = certificate("mqtt_ca_file");
  // From the environment alone: whoever may write options must not choose whom the bridge believes.
  const home = env.SUPERVISOR_TOKEN
    ? {
        token: env.SUPERVISOR_TOKEN,
        url: env.NEOLIA_SUPERVISOR_URL || SUPERVISOR_URL,
        address: env.NEOLIA_SUPERVISOR_ADDRESS || SUPERVISOR_ADDRESS,
      }
    : null;
  const sip = address("sip_uri", "wss:", "ws:");
  const mqtt = address("mqtt_url", "mqtts:", "mqtt:");
  const voiceUrl = address("voice_url", "https:", "http:");
  const demo = address("demo_url", "https:", "http:");

  if (problems.length > 0 || !logLevel) throw new OptionsError(problems);
  return {
    dataFolder,
    host: home?.address === SUPERVISOR_ADDRESS ? "0.0.0.0" : "127.0.0.1",
    port,
    home,
    caFile,
    controlUrl: control?.href ?? null,
    control: control ? tokens.map((token) => ({ url: control.href, token, caFile })) : [],
    sipUri: sip?.href.replace(/\/$/, "") ?? null,
    mqtt: mqtt
      ? { url: mqtt.href, username: text("mqtt_username"), password: text("mqtt_password"), caFile: mqttCaFile }
      : null,
    voice: {
      apiKey: text("openai_api_key") ?? "",
      baseUrl: voiceUrl?.href.replace(/\/$/, "") ?? VOICE_URL,
      model: text("voice_model") ?? VOICE_MODEL,
      voice: text("voice_name") ?? VOICE,
    },
    demoUrl: demo?.href,
    panelFolder: resolve(text("panel") ?? builtPanel()),
    logLevel,
    auditDays,
  };
}

/** `mqtt`: whether there is a broker, wherever its address comes from. */
type Parts = Pick<Options, "controlUrl" | "sipUri"> & { mqtt: boolean };

/** What the bridge runs without, one sentence each, for the log, the health check and the panel. */
export function missingParts({ controlUrl, sipUri, mqtt }: Parts): string[] {
  return [
    ...(controlUrl
      ? []
      : ["No VPS is configured (control_url and site_token): edits wait here and calls are not seen."]),
    ...(sipUri ? [] : ["No SIP address is configured (sip_uri): browsers cannot be rung."]),
    ...(mqtt ? [] : ["No MQTT broker is configured (mqtt_url): Home Assistant hears of no calls."]),
  ];
}

/** MQTT stays inside the house; everything else is plain on loopback only. */
function addressProblem(url: URL | null, secure: string, plain: string): string | null {
  if (!url || (url.protocol !== secure && url.protocol !== plain) || url.hostname === "") {
    const either = plain === "mqtt:" ? `${plain}// or ${secure}//` : `${secure}//`;
    return `must be an address that starts with ${either}`;
  }
  if (url.username || url.password) return "must not contain a user or a password";
  if (url.protocol === "mqtt:" || url.protocol === secure || LOOPBACK.has(url.hostname)) return null;
  return `must start with ${secure}//: ${plain}// is for this machine only`;
}

/** Beside the bundle in the app's image, in the tree's own place otherwise. */
function builtPanel(): string {
  const beside = join(import.meta.dirname, "panel");
  return existsSync(beside) ? beside : join(import.meta.dirname, "../../panel/dist");
}

function isCertificate(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes("-----BEGIN CERTIFICATE-----");
  } catch {
    return false;
  }
}

function readFile(file: string, problems: string[]): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof content === "object" && content !== null && !Array.isArray(content)) return { ...content };
    problems.push(`${file} must hold a JSON object.`);
  } catch (error) {
    problems.push(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return {};
}
