/**
 * What went over the wire in a session with the service, one JSON line an event, to be replayed: no sound in either
 * direction (of the service's only how much it was), no key, no telephone number, no instructions.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface RecordedEvent {
  /** Since the session began, ms. */
  atMs: number;
  from: "client" | "service";
  event: { type: string; [field: string]: unknown };
}
export type Recording = readonly RecordedEvent[];

const LEFT_OUT = "(left out)";
const SECRET = /\b(?:sk|ek|rk)[-_][\w-]{4,}|\bBearer\s+\S+/gi;
/** Nine digits or more, as people write them; ids have letters before and after theirs. */
const PHONE = /(?<![\w-])\+?\d(?:[ .]?\d){8,}(?![\w-])/g;

/** The event as it may be kept; null: not at all. */
export function redacted(from: RecordedEvent["from"], value: unknown): RecordedEvent["event"] | null {
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  const type = String(value.type);
  if (from === "client" && type === "input_audio_buffer.append") return null;
  const event = clean(value) as RecordedEvent["event"];
  if (type === "response.output_audio.delta") {
    event.bytes = Buffer.from(String(event.delta ?? ""), "base64").length;
    delete event.delta;
  }
  return event;
}

function clean(value: unknown, name = ""): unknown {
  if (name === "instructions" || name === "client_secret" || name === "audio_data") return LEFT_OUT;
  if (typeof value === "string")
    return name === "delta" ? value : value.replace(SECRET, LEFT_OUT).replace(PHONE, LEFT_OUT);
  if (Array.isArray(value)) return value.map((one) => clean(one));
  if (typeof value !== "object" || value === null) return value;
  // Sound within an item: `audio` is a string there, and an object with settings in a session.
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "audio" && typeof inner === "string" ? LEFT_OUT : clean(inner, key),
    ]),
  );
}

/** `<folder>/<name>.jsonl`; a second session of the same call is `<name>.2.jsonl`. Returns the file. */
export function writeRecording(folder: string, name: string, recording: Recording): string {
  mkdirSync(folder, { recursive: true });
  let file = join(folder, `${name}.jsonl`);
  for (let number = 2; existsSync(file); number++) file = join(folder, `${name}.${number}.jsonl`);
  writeFileSync(file, recording.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  return file;
}

/** Throws when there is none, or it is no recording. */
export function readRecording(folder: string, name: string): Recording {
  const lines = readFileSync(join(folder, `${name}.jsonl`), "utf8")
    .split("\n")
    .filter(Boolean);
  return lines.map((line) => JSON.parse(line) as RecordedEvent);
}
