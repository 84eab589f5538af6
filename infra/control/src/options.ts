/** What control needs to know, read once at start: the site values file, and two environment variables for the lab. */
import { readFileSync } from "node:fs";
import { checkEdgeValues } from "../../render.ts";
import type { EdgeValues } from "../../values.ts";

export interface ControlOptions {
  values: EdgeValues;
  /** HTTPS unless the lab asked for plain HTTP on loopback. */
  tls: { certificateFile: string; privateKeyFile: string } | null;
  logLevel: string;
}

/** Reads and checks the site values. Throws one sentence that names what is wrong. */
export function readValues(file: string): EdgeValues {
  try {
    return checkEdgeValues(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`the values file ${file} is of no use: ${(error as Error).message}`, { cause: error });
  }
}

/** `--values FILE` in the arguments, else NEOLIA_VALUES. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): ControlOptions {
  const values = readValues(valuesFile(args, env));
  const plain = env.NEOLIA_CONTROL_PLAIN === "1";
  if (plain && values.listenAddress !== "127.0.0.1") {
    throw new Error("plain HTTP is for the lab: it needs listenAddress 127.0.0.1");
  }
  const { certificateFile, privateKeyFile } = values;
  return {
    values,
    tls: plain ? null : { certificateFile, privateKeyFile },
    logLevel: env.NEOLIA_LOG_LEVEL ?? "info",
  };
}

/** Where the site values are. Throws when neither the argument nor the variable says so. */
export function valuesFile(args: string[], env: NodeJS.ProcessEnv): string {
  const at = args.indexOf("--values");
  const file = at >= 0 ? args[at + 1] : env.NEOLIA_VALUES;
  if (!file) throw new Error("say where the site values are: --values FILE or NEOLIA_VALUES");
  return file;
}
