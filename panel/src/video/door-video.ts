/** A door's picture: one WHEP session (RFC 9725) that receives video, made by way of the bridge. */
import type { VideoAnswer } from "../../../bridge/src/api/video.ts";
import { type Api, ApiError } from "../data/api.ts";

/** Which link failed. `no-path`: the camera answered, but no packet finds its way here. `no-frames`: it sends nothing. */
export type VideoTrouble = "none" | "unreachable" | "refused" | "no-path" | "no-frames" | "unsupported" | "bridge";

export class VideoError extends Error {
  readonly trouble: VideoTrouble;

  constructor(trouble: VideoTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.name = "VideoError";
    this.trouble = trouble;
  }
}

export interface DoorVideo {
  readonly stream: MediaStream;
  /** ICE found a way to the camera. */
  readonly hasPath: boolean;
  /** Calls back once when the path is lost for good. */
  onLost(listener: () => void): void;
  /** Lets the camera stop. */
  close(): void;
}

/** Host candidates of one network are there at once; a network that is slow to tell holds nothing up. */
const GATHER_MS = 500;
/** The bridge waits 5 s for the camera. */
const ANSWER_MS = 8_000;

/** Throws VideoError. */
export async function openDoorVideo(api: Api, doorId: string): Promise<DoorVideo> {
  if (globalThis.RTCPeerConnection === undefined) throw new VideoError("unsupported");
  const connection = new RTCPeerConnection();
  let leave = (): void => {};
  const close = (): void => {
    connection.onconnectionstatechange = null;
    connection.close();
    leave();
    leave = () => {};
  };
  try {
    const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
    await connection.setLocalDescription();
    await gathered(connection);
    const { videoId, sdp } = await ask(api, doorId, connection.localDescription?.sdp ?? "");
    const path = `api/doors/${doorId}/video/${videoId}`;
    leave = () => void api.send("DELETE", path, {}, { keepalive: true }).catch(() => {});
    await connection.setRemoteDescription({ type: "answer", sdp }).catch((error: unknown) => {
      throw new VideoError("refused", error);
    });
    return {
      stream: new MediaStream([receiver.track]),
      get hasPath() {
        return connection.connectionState === "connected";
      },
      onLost: (listener) => {
        connection.onconnectionstatechange = () => {
          if (connection.connectionState === "failed") listener();
        };
        if (connection.connectionState === "failed") listener();
      },
      close,
    };
  } catch (error) {
    close();
    throw error instanceof VideoError ? error : new VideoError("unsupported", error);
  }
}

async function ask(api: Api, doorId: string, sdp: string): Promise<VideoAnswer> {
  try {
    return await api.send<VideoAnswer>("POST", `api/doors/${doorId}/video`, { sdp }, { timeoutMs: ANSWER_MS });
  } catch (error) {
    throw new VideoError(troubleOf(error), error);
  }
}

function troubleOf(error: unknown): VideoTrouble {
  switch (error instanceof ApiError ? error.code : "") {
    case "NO_CAMERA":
      return "none";
    case "CAMERA_UNREACHABLE":
      return "unreachable";
    case "CAMERA_REFUSED":
      return "refused";
    default:
      return "bridge";
  }
}

async function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === "complete") resolve();
    };
    setTimeout(resolve, GATHER_MS);
  });
}
