/** The log: one JSON object a line on stdout, a static message and fields. */
import type { FastifyServerOptions } from "fastify";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** Never in a log, wherever they stand: what lets someone in, and whom people call. */
const SECRET = [
  "authorization",
  "callerNumber",
  "cookie",
  "credential",
  "ha1",
  "number",
  "password",
  "sdp",
  "secret",
  "token",
];
const DEPTHS = ["", "*.", "*.*.", "*.*.*."];

export function logOptions(level: LogLevel): NonNullable<Exclude<FastifyServerOptions["logger"], boolean>> {
  return {
    level,
    // Neither pid nor host name: the app is alone in its container.
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: DEPTHS.flatMap((depth) => SECRET.map((key) => depth + key)), censor: "…" },
  };
}
