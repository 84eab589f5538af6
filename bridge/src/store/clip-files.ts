/**
 * The recordings that an installation plays in the place of rendered sentences: `clips/<language>/<phrase>.wav`. Beside
 * the database, so that a site's backup can take them along.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ALL_CLIPS_BYTES, CLIP_NAME, LARGEST_CLIP_BYTES } from "../api/backup.ts";
import { syncFolder } from "./copies.ts";

export interface ClipFile {
  /** fr/notice.wav. */
  name: string;
  content: Buffer;
}

export interface ClipFiles {
  /** By name. `tooLarge`: names of those that a backup has no room for. */
  list(): { clips: ClipFile[]; tooLarge: string[] };
  /** Writes those whose name is free; what is there stays. Returns what takes them back. */
  add(clips: readonly ClipFile[]): () => void;
}

export function clipFiles(folder: string): ClipFiles {
  return {
    list: () => {
      const clips: ClipFile[] = [];
      const tooLarge: string[] = [];
      let room = ALL_CLIPS_BYTES;
      for (const name of namesIn(folder)) {
        const path = join(folder, name);
        const size = sizeOf(path);
        if (size <= 0) continue;
        if (size > Math.min(room, LARGEST_CLIP_BYTES)) tooLarge.push(name);
        else {
          clips.push({ name, content: readFileSync(path) });
          room -= size;
        }
      }
      return { clips, tooLarge };
    },
    add: (clips) => {
      const written: string[] = [];
      const takeBack = () => {
        for (const path of written) rmSync(path, { force: true });
      };
      try {
        for (const { name, content } of clips) {
          const path = join(folder, name);
          if (sizeOf(path) >= 0) continue;
          mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
          writeFileSync(`${path}.new`, content, { flush: true });
          written.push(path);
          renameSync(`${path}.new`, path);
          syncFolder(path);
        }
      } catch (error) {
        takeBack();
        throw error;
      }
      return takeBack;
    },
  };
}

function namesIn(folder: string): string[] {
  const name = new RegExp(CLIP_NAME);
  const inside = (path: string) => (sizeOf(path) === -1 ? [] : readdirSync(path));
  return ["en", "fr"]
    .flatMap((language) => inside(join(folder, language)).map((file) => `${language}/${file}`))
    .filter((path) => name.test(path))
    .toSorted();
}

/** Bytes of a file; -1: nothing is there; 0: something that is no file. A link is none: it could lead anywhere. */
function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return -1;
  return found.isFile() ? found.size : 0;
}
