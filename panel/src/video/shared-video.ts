/** One picture of a door for all who show it: the view that rings hands it on to the call's without a gap. */
import type { Api } from "../data/api.ts";
import { type DoorVideo, openDoorVideo } from "./door-video.ts";

interface Shared {
  video: Promise<DoorVideo>;
  users: number;
  closing: ReturnType<typeof setTimeout> | undefined;
}

/** The next view is there within a frame or two. */
const LINGER_MS = 1_500;

const shared = new Map<string, Shared>();
// A page that goes lets the camera stop; what is then still on its way reaches it or not.
addEventListener("pagehide", () => {
  for (const doorId of [...shared.keys()]) end(doorId);
});

/** The door's picture, opened for the first who asks. Rejects with VideoError; whoever asks next tries anew. */
export function takeVideo(api: Api, doorId: string): Promise<DoorVideo> {
  const known = shared.get(doorId);
  if (known !== undefined) {
    clearTimeout(known.closing);
    known.users += 1;
    return known.video;
  }
  const video = openDoorVideo(api, doorId);
  const one: Shared = { video, users: 1, closing: undefined };
  shared.set(doorId, one);
  video.catch(() => forget(doorId, one));
  return video;
}

/** Once for each `takeVideo` that did not fail. */
export function leaveVideo(doorId: string): void {
  const known = shared.get(doorId);
  if (known === undefined) return;
  known.users -= 1;
  if (known.users === 0) known.closing = setTimeout(() => end(doorId), LINGER_MS);
}

/** It is broken: the next who asks gets a new one. */
export function dropVideo(doorId: string): void {
  end(doorId);
}

function end(doorId: string): void {
  const known = shared.get(doorId);
  if (known === undefined) return;
  clearTimeout(known.closing);
  forget(doorId, known);
  known.video.then(
    (video) => video.close(),
    () => {},
  );
}

function forget(doorId: string, one: Shared): void {
  if (shared.get(doorId) === one) shared.delete(doorId);
}
