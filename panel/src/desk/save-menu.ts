import { saveFile } from "../admin/components/save-file.ts";
import type { DeskContext } from "./desk-context.ts";

/** The line's menu as a file, which the same page takes in again. Tells a person itself when it fails. */
export async function saveMenu({ api, line, fail }: DeskContext, format: "csv" | "json"): Promise<void> {
  try {
    const { fileName, text } = await api.exportMenu(line.id, format);
    saveFile(fileName, text, format === "csv" ? "text/csv" : "application/json");
  } catch (error) {
    fail(error);
  }
}
