/** Who watches which door's camera: opens sessions, closes them, and lets go of those that nobody closed. */
import { randomUUID } from "node:crypto";
import type { VideoAnswer } from "../api/video.ts";
import { AppError } from "../events/errors.ts";
import { type Whep, whep } from "./whep.ts";

export interface Cameras {
  /** Throws NO_CAMERA, CAMERA_UNREACHABLE, CAMERA_REFUSED and what `urlOf` throws. */
  watch(doorId: string, offer: string): Promise<VideoAnswer>;
  /** Idempotent: of a session that is over, or another door's, it knows nothing. */
  leave(doorId: string, videoId: string): Promise<void>;
  /** Closes what is open. */
  stop(): Promise<void>;
}

export interface CamerasOptions {
  /** Address of a door's camera, "" without one. */
  urlOf(doorId: string): string;
  camera?: Whep;
}

/** A camera serves only so many: whoever has watched longest, most likely a page that is gone, makes room. */
const MOST_VIEWERS = 12;

interface Viewer {
  doorId: string;
  resource: string | null;
}

export function cameras({ urlOf, camera = whep }: CamerasOptions): Cameras {
  /** Oldest first. */
  const viewers = new Map<string, Viewer>();

  async function end(videoId: string): Promise<void> {
    const viewer = viewers.get(videoId);
    viewers.delete(videoId);
    if (viewer?.resource != null) await camera.close(viewer.resource);
  }

  return {
    watch: async (doorId, offer) => {
      const url = urlOf(doorId);
      if (url === "") throw new AppError("NO_CAMERA", "this door has no camera");
      const { sdp, resource } = await camera.open(url, offer);
      const videoId = randomUUID();
      viewers.set(videoId, { doorId, resource });
      const others = [...viewers].filter(([, viewer]) => viewer.doorId === doorId).map(([id]) => id);
      for (const id of others.slice(0, -MOST_VIEWERS)) void end(id);
      return { videoId, sdp };
    },
    leave: async (doorId, videoId) => {
      if (viewers.get(videoId)?.doorId === doorId) await end(videoId);
    },
    stop: async () => {
      await Promise.all([...viewers.keys()].map(end));
    },
  };
}
