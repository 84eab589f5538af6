/** What `npm run bench -- ordering` was asked to do, looked through before anything starts. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { NamedCase } from "../phone/call-case.ts";
import { CaseError, type CaseFolder, readCaseFolder } from "../phone/case-folder.ts";

const SERVICE = "https://api.openai.com/v1";
const HERE = import.meta.dirname;

export interface OrderingOptions {
  folder: CaseFolder;
  /** Those that are played. */
  cases: NamedCase[];
  atOnce: number;
  media: boolean;
  /** On the boards when the media figures are taken, beside those of the calls. */
  orders: number;
  write: boolean;
  /** The service that the calls go to; null: the stand-in. */
  service: { url: string; apiKey: string } | null;
  /** Of the service, by its price list. */
  budgetCents: number;
  /** Folder of the recordings that are made, and of those that are played; null: none. */
  record: string | null;
  replay: string | null;
}

/** Throws a CaseError whose message says what is wrong. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): OrderingOptions {
  const values = parsed(args);
  // npm goes to the repository's top before it runs anything; people name folders from where they are.
  const path = (named: string) => resolve(env.INIT_CWD ?? ".", named);
  const folder = readCaseFolder(path(values.calls));
  const replay = values.replay === undefined ? null : path(values.replay);
  const apiKey = env.OPENAI_API_KEY ?? "";
  if (replay !== null && apiKey !== "") throw new CaseError("--replay needs no service: leave OPENAI_API_KEY out");
  if (replay !== null && values.record !== undefined) throw new CaseError("--record and --replay exclude each other");
  const chosen = folder.cases.filter(({ id }) => values.only.split(",").some((part) => id.includes(part)));
  if (chosen.length === 0) throw new CaseError(`--only ${values.only}: no case is called so`);
  const cases = chosen.filter(({ id }) => replay === null || existsSync(join(replay, `${id}.jsonl`)));
  if (cases.length === 0) throw new CaseError(`${replay}: there is no recording of any of the cases`);
  const service = apiKey === "" ? null : { url: env.OPENAI_BASE_URL || SERVICE, apiKey };
  return {
    folder,
    cases,
    atOnce: whole("--at-once", values["at-once"], 1, 20),
    media: !values["no-media"] && service === null && replay === null,
    orders: whole("--orders", values.orders, 0, 1_000),
    write: values.write,
    service,
    budgetCents: whole("--budget-cents", values["budget-cents"], 0, 1_000_000),
    record: recordFolder(values.record === undefined ? null : path(values.record), service !== null),
    replay,
  };
}

/** A run records into a folder of its own: two runs in one would be replayed as a mixture. */
function recordFolder(folder: string | null, always: boolean): string | null {
  if (folder === null) {
    const now = new Date().toISOString().slice(0, 19).replaceAll(":", "");
    return always ? join(HERE, "../../dist/recordings", now) : null;
  }
  if (existsSync(folder) && readdirSync(folder).some((file) => file.endsWith(".jsonl"))) {
    throw new CaseError(`${folder}: there are recordings in it; name another folder`);
  }
  return folder;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        calls: { type: "string", default: join(HERE, "../phone/calls") },
        "at-once": { type: "string", default: "10" },
        only: { type: "string", default: "" },
        orders: { type: "string", default: "0" },
        write: { type: "boolean", default: false },
        "budget-cents": { type: "string", default: "200" },
        "no-media": { type: "boolean", default: false },
        record: { type: "string" },
        replay: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new CaseError((error as Error).message);
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new CaseError(`${name} ${text}: a whole number from ${least} to ${most}`);
  }
  return number;
}
