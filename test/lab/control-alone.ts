/** Control without an edge: its files and ports are there, Kamailio is not. For what needs no call. */
import { mkdirSync } from "node:fs";
import { createDatabases } from "../../infra/kamailio/databases.ts";
import { type Control, startControl } from "./control.ts";
import { labValues } from "./edge.ts";
import { labFolder } from "./folder.ts";
import { reservePorts } from "./ports.ts";

/** Plain HTTP on loopback. `stop` ends it and removes its folder. */
export async function startControlAlone(name: string): Promise<{ control: Control; stop(): Promise<void> }> {
  const folder = labFolder(name);
  const ports = await reservePorts();
  const values = labValues(folder.path, ports.base);
  createDatabases(values.dataFolder);
  mkdirSync(values.runFolder, { recursive: true });
  const control = await startControl({ values, caFile: null });
  return {
    control,
    stop: async () => {
      await control.stop();
      ports.release();
      folder.remove();
    },
  };
}
