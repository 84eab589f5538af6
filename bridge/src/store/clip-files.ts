/**
 * The recordings that an installation plays in the place of rendered sentences: `clips/<language>/<phrase>.wav`. Beside
 * the database, so that a site's backup can take them along.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ALL_CLIPS_BYTES, CLIP_NAME, LARGEST_CLIP_BYTES } from "../api/backup.ts";
import { syncFolder } from "./copies.ts";
import { translateRefusal } from "./disk-refusal.ts";

export interface ClipFile {
  /** fr/notice.wav. */
  name: string;
  content: Buffer;
}

export interface ClipFiles {
  /** By name. `tooLarge`: names of those that a backup has no room for. */
  list(): { clips: ClipFile[]; tooLarge: string[] };
  /** Puts the recordings of a site that is being restored aside, on the disk. STORE_UNAVAILABLE: it refuses, and has none of them. */
  stage(siteId: string, clips: readonly ClipFile[]): void;
  /** Its rows are on the disk (or are not, and never will be): what was put aside is played now, where its name is free; or goes. */
  settle(siteId: string, isThere: boolean): void;
  /** What a restore that was cut short has left. */
  settleAll(isThere: (siteId: string) => boolean): void;
}

export function clipFiles(folder: string): ClipFiles {
  const staging = `${folder}.restored`;

  function settle(siteId: string, isThere: boolean): void {
    const place = join(staging, siteId);
    for (const name of isThere ? namesIn(place) : []) {
      const path = join(folder, name);
      if (sizeOf(path) >= 0) continue;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      renameSync(join(place, name), path);
      syncFolder(path);
    }
    rmSync(place, { recursive: true, force: true });
  }

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
    stage: (siteId, clips) => {
      const place = join(staging, siteId);
      try {
        rmSync(place, { recursive: true, force: true });
        for (const { name, content } of clips) {
          const path = join(place, name);
          mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
          writeFileSync(path, content, { flush: true });
          syncFolder(path);
        }
      } catch (error) {
        if (existsSync(place)) rmSync(place, { recursive: true, force: true });
        throw translateRefusal(error);
      }
    },
    settle,
    settleAll: (isThere) => {
      for (const siteId of sizeOf(staging) === -1 ? [] : readdirSync(staging)) settle(siteId, isThere(siteId));
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
