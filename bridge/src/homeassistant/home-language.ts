/** Home Assistant's own language, kept in a file for the time in which Core is away: names must not change with its restarts. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Log } from "../links/log.ts";
import type { CoreConnection, CoreLink } from "./core.ts";

export interface HomeLanguageOptions {
  core: Pick<CoreLink, "onUp">;
  /** Where it is kept. */
  file: string;
  log: Log;
}

export interface HomeLanguage {
  /** A BCP 47 tag; "en" as long as it was never told. */
  current(): string;
  /** Calls `listener` when it is another one. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
  stop(): void;
}

const TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

export function homeLanguage({ core, file, log }: HomeLanguageOptions): HomeLanguage {
  const listeners = new Set<() => void>();
  let current = existsSync(file) ? readFileSync(file, "utf8") : "";

  function take(language: unknown): void {
    if (typeof language !== "string" || !TAG.test(language) || language === current) return;
    current = language;
    writeFileSync(file, language);
    for (const listener of listeners) listener();
  }

  async function read(connection: CoreConnection): Promise<void> {
    try {
      take(((await connection.command("get_config")) as { language?: unknown }).language);
    } catch (error) {
      // Not worth a connection on which everybody's rights hang; the next one tries again.
      log.warn({ error: String(error) }, "Home Assistant did not tell its language");
    }
  }

  const off = core.onUp(async (connection) => {
    await connection
      .subscribeEvents("core_config_updated", () => void read(connection))
      .catch((error: unknown) => {
        log.warn({ error: String(error) }, "changes of Home Assistant's language will not be heard");
      });
    await read(connection);
  });
  return {
    current: () => (TAG.test(current) ? current : "en"),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: off,
  };
}
