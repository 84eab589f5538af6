/** sipp with a scenario of ours: a third SIP stack beside baresip, Chromium and the tests' own agent. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SippOptions {
  /** Path of the scenario. */
  scenario: string;
  /** Where it sends to on 127.0.0.1. */
  port: number;
  /** Own port; any free one by default. With several `calls` at once each has its own. */
  localPort?: number;
  /** A folder for what it reads and writes. */
  folder: string;
  /** One line of fields per call ([field0] …); credentials as `credentials` writes them. */
  fields?: string[][];
  calls?: number;
  /** The digest's URI without `sip:`; sipp would take the server's address. */
  digestUri?: string;
  /** All calls must be over by then. */
  timeoutMs: number;
}

/** The field that becomes the Authorization line of an account. */
export function credentials(username: string, password: string): string {
  return `[authentication username=${username} password=${password}]`;
}

let runs = 0;

/** Runs until every call is over; throws with sipp's own error unless all went as the scenario says. */
export async function runSipp(options: SippOptions): Promise<void> {
  const { scenario, port, folder, fields = [[]], calls = fields.length, timeoutMs } = options;
  const name = join(folder, `sipp-${++runs}`);
  writeFileSync(`${name}.csv`, `SEQUENTIAL\n${fields.map((line) => `${line.join(";")};\n`).join("")}`);
  const args = ["-sf", scenario, "-inf", `${name}.csv`, "-i", "127.0.0.1", "-m", String(calls), "-r", String(calls)];
  args.push("-l", String(calls), "-nostdin", "-timeout", `${Math.ceil(timeoutMs / 1000)}s`, "-timeout_error");
  args.push("-trace_err", "-error_file", `${name}.errors`, "-max_socket", "500");
  args.push(...(options.localPort ? ["-t", "u1", "-p", String(options.localPort)] : ["-t", calls > 1 ? "un" : "u1"]));
  if (options.digestUri) args.push("-auth_uri", options.digestUri);
  const child = spawn("sipp", [`127.0.0.1:${port}`, ...args], { stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  const said = collect(child);
  // sipp keeps to its timeout unless it hangs.
  const late = setTimeout(() => child.kill("SIGKILL"), timeoutMs + 10_000);
  const [code] = (await once(child, "exit")) as [number | null];
  clearTimeout(late);
  if (code === 0) return;
  const errors = existsSync(`${name}.errors`) ? readFileSync(`${name}.errors`, "utf8") : said();
  throw new Error(`sipp ended with ${code}: ${errors.slice(-2_000)}`);
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString("utf8")).slice(-4_000);
    });
  }
  return () => text;
}
