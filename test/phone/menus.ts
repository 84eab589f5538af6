/** The menu that a case is played with, on its line. */
import type { MenuImportReply } from "../../bridge/src/api/menu.ts";
import type { BridgeApi } from "../lab/bridge.ts";
import type { CaseMenu } from "./case-folder.ts";

const loaded = new Map<string, string>();

export async function loadMenu(api: BridgeApi, lineId: string, { format, text }: CaseMenu): Promise<void> {
  if (loaded.get(lineId) === text) return;
  const reply = await api.post<MenuImportReply>(`/api/lines/${lineId}/menu/import`, { format, text });
  if (reply.revision === null) throw new Error(`the menu was refused: ${JSON.stringify(reply.problems[0])}`);
  loaded.set(lineId, text);
}
