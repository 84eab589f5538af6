/** Whether this device shows what the doors' cameras send. */
import type { Api } from "../data/api.ts";
import { type DoorVideo, openDoorVideo, VideoError, type VideoTrouble } from "../video/door-video.ts";
import type { TestGround } from "./test-ground.ts";
import { PASSED, type StepResult, warning } from "./test-result.ts";

/** From the answer to the first frame: a camera may send a whole picture only every few seconds. */
const FRAME_MS = 8_000;

/** The doors that ring here, one after the other: the first that shows nothing is named, with the link that fails. */
export async function cameraStep({ api, panel }: TestGround): Promise<StepResult> {
  const { directory, device } = panel();
  const doors = (directory?.doors ?? []).filter(({ hasVideo, siteId }) => hasVideo && siteId === device?.siteId);
  if (doors.length === 0) return warning("step.camera.none");
  for (const { id, label } of doors) {
    const trouble = await lookAt(api, id);
    if (trouble !== null) return { state: "failed", why: { key: `step.camera.${trouble}`, values: { door: label } } };
  }
  return PASSED;
}

async function lookAt(api: Api, doorId: string): Promise<VideoTrouble | null> {
  let video: DoorVideo | null = null;
  try {
    video = await openDoorVideo(api, doorId);
    if (await showsFrame(video.stream)) return null;
    return video.hasPath ? "no-frames" : "no-path";
  } catch (error) {
    return error instanceof VideoError ? error.trouble : "unsupported";
  } finally {
    video?.close();
  }
}

async function showsFrame(stream: MediaStream): Promise<boolean> {
  const element = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true });
  element.srcObject = stream;
  const deadline = performance.now() + FRAME_MS;
  try {
    while (performance.now() < deadline) {
      if (element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && element.videoWidth > 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  } finally {
    element.srcObject = null;
  }
}
