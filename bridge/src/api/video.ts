/** The picture of a door's camera: WHEP (RFC 9725) through the bridge, so that an https page may watch an http camera. */
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** `POST /api/doors/:id/video` → 201 VideoAnswer. The picture itself comes from the camera, over the house's network. */
export const VideoOffer = Type.Object(
  { sdp: Type.String({ maxLength: 24_000, pattern: "^v=0\\r?\\n[ -~\\r\\n]*$" }) },
  closed,
);
export const VideoAnswer = Type.Object({
  /** For `DELETE /api/doors/:id/video/:videoId`, which lets the camera stop. */
  videoId: Type.String(),
  sdp: Type.String(),
});
export const VideoId = Type.String({ pattern: "^[0-9a-f-]{36}$" });

export type VideoOffer = Static<typeof VideoOffer>;
export type VideoAnswer = Static<typeof VideoAnswer>;
