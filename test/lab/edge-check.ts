/** Asks Kamailio itself whether it takes what the templates render to. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createDatabases } from "../../infra/kamailio/databases.ts";
import { renderEdge } from "../../infra/render.ts";
import { labValues, makeCertificates } from "./edge.ts";

/** Renders the lab's values into `folder` and runs `kamailio -c`. Returns its complaints, "" for none. */
export function checkRenderedConfig(folder: string): string {
  const values = labValues(folder, 20_000);
  makeCertificates(folder);
  createDatabases(values.dataFolder);
  mkdirSync(values.runFolder, { recursive: true });
  renderEdge(values, join(folder, "config"));
  const config = join(folder, "config", "kamailio", "kamailio.cfg");
  const result = spawnSync("kamailio", ["-c", "-M", "32", "-f", config, "-Y", values.runFolder], { encoding: "utf8" });
  if (result.error) return `kamailio: ${result.error.message}`;
  const complaints = result.stderr.split("\n").filter((line) => /ERROR|CRITICAL|WARNING: .*(cfg|config)/.test(line));
  return result.status === 0 && complaints.length === 0 ? "" : result.stderr;
}
