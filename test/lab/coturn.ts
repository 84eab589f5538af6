/** Starts a real coturn on loopback with the configuration that a VPS gets. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { coturnAnswers } from "../../infra/control/src/coturn.ts";
import { type CoturnValues, renderCoturn } from "../../infra/coturn/turnserver.ts";
import { Program } from "./process.ts";

/** The log goes to `turnserver.log` in the values' run folder. */
export async function startCoturn(values: CoturnValues): Promise<Program> {
  const configFile = join(values.runFolder, "turnserver.conf");
  writeFileSync(configFile, renderCoturn(values), { mode: 0o600 });
  return await Program.start({
    command: "turnserver",
    args: ["-c", configFile],
    logFile: join(values.runFolder, "turnserver.log"),
    ready: () => coturnAnswers(values.listenAddress, values.turnPort),
  });
}
