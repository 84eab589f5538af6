/**
 * Says in Home Assistant itself, once, that the app has put its entry into the sidebar: a notification that anybody can
 * dismiss. Core may be away at that moment, or the app be restarted: it is said as soon as Core hears it.
 */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import type { Log } from "../links/log.ts";
import type { CoreConnection, CoreLink } from "./core.ts";

export interface SidebarNoticeOptions {
  core: Pick<CoreLink, "onUp" | "connection">;
  /** There as long as it has to be said. */
  file: string;
  log: Log;
}

const TEXT = {
  en: {
    title: "Neolia is in the sidebar",
    message: `At its first start Neolia added its entry to the sidebar, for everybody in this house. Residents see only what belongs to their unit.

Administrators can hide it: **Settings → Apps → Neolia → Show in sidebar**. Switched off, it stays off.`,
  },
  fr: {
    title: "Neolia est dans la barre latérale",
    message: `À son premier démarrage, Neolia a ajouté son entrée à la barre latérale, pour tous les habitants. Chacun ne voit que ce qui concerne son logement.

Un administrateur peut la masquer : **Paramètres → Applications → Neolia → Afficher dans la barre latérale**. Une fois désactivée, elle le reste.`,
  },
};

export interface SidebarNotice {
  /** The entry was added just now. */
  due(): Promise<void>;
  stop(): void;
}

export function sidebarNotice({ core, file, log }: SidebarNoticeOptions): SidebarNotice {
  async function say(connection: CoreConnection | null): Promise<void> {
    if (!connection || !existsSync(file)) return;
    try {
      const { language } = (await connection.command("get_config")) as { language?: unknown };
      const french = typeof language === "string" && language.startsWith("fr");
      await connection.command("call_service", {
        domain: "persistent_notification",
        service: "create",
        service_data: { ...TEXT[french ? "fr" : "en"], notification_id: "neolia_sidebar" },
      });
      rmSync(file, { force: true });
    } catch (error) {
      // Not worth a connection on which everybody's rights hang; the next one tries again.
      log.warn({ error: String(error) }, "Home Assistant could not be told of the sidebar entry");
    }
  }
  const off = core.onUp(say);
  return {
    due: async () => {
      writeFileSync(file, "");
      await say(core.connection);
    },
    stop: off,
  };
}
