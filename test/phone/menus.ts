/** The menu that a case is played with. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MenuImportReply, StoredMenu } from "../../bridge/src/api/menu.ts";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import type { BridgeApi } from "../lab/bridge.ts";

const loaded = new Map<string, string>();

/** `file` of the folder, JSON or CSV; none: the folder's `menu.json`, else the sample menu. */
export async function loadMenu(api: BridgeApi, lineId: string, folder: string, file?: string): Promise<void> {
  const own = file ?? (existsSync(join(folder, "menu.json")) ? "menu.json" : null);
  const text = own === null ? JSON.stringify(SAMPLE_MENU) : readFileSync(join(folder, own), "utf8");
  if (loaded.get(lineId) === text) return;
  if (own?.endsWith(".csv")) {
    const reply = await api.post<MenuImportReply>(`/api/lines/${lineId}/menu/import`, { format: "csv", text });
    if (reply.revision === null) throw new Error(`${own}: ${JSON.stringify(reply.problems[0])}`);
  } else {
    const { revision } = await api.get<StoredMenu>(`/api/lines/${lineId}/menu`);
    await api.put(`/api/lines/${lineId}/menu`, { revision, menu: JSON.parse(text) });
  }
  loaded.set(lineId, text);
}
