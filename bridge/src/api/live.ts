/** Live state: `GET /api/state`, and what the WebSocket `GET /api/ws[?device=<deviceId>]` pushes. */
import { type Static, Type } from "typebox";
import { Job } from "./bulk.ts";
import { Call } from "./call.ts";
import { ErrorReply } from "./error.ts";
import { Pairing } from "./pairing.ts";
import { ProvisioningState } from "./provisioning.ts";
import { TestCall, TestRing } from "./site-health.ts";

export const LinkState = Type.Union([
  Type.Literal("up"),
  Type.Literal("connecting"),
  Type.Literal("down"),
  Type.Literal("not-configured"),
]);

export const LiveState = Type.Object({
  /** The link to the VPS (control): events and edits. */
  vps: Type.Object({
    link: LinkState,
    /** One plain sentence when it is not up, in English; the panel translates `code`. */
    code: Type.Union([Type.String(), Type.Null()]),
    /** Parts of the VPS that are down (kamailio, rtpengine, …). */
    partsDown: Type.Array(Type.String()),
    /** How far its clock is ahead of ours, ms, negative: behind; left out where nobody has said. To the second. */
    clockAheadMs: Type.Optional(Type.Integer()),
  }),
  mqtt: Type.Object({ link: LinkState, code: Type.Union([Type.String(), Type.Null()]) }),
  /** How far the directory edits of each site have got. */
  provisioning: Type.Array(
    Type.Object({
      siteId: Type.String(),
      revision: Type.Integer(),
      liveRevision: Type.Integer(),
      /** Of a row: `live` once `liveRevision` has reached the row's `revision`, else this. */
      state: ProvisioningState,
      /** Code of the conflict or error that holds it up, null when none. */
      problem: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  /** Accounts with at least one live contact, by account id. */
  registered: Type.Array(Type.String()),
  /** Calls that are ringing or in progress, as this viewer may see them. */
  calls: Type.Array(Call),
});

/** Server → panel. Rings are not replayed: after a gap the panel takes `hello`. */
export const PanelMessage = Type.Union([
  Type.Object({ type: Type.Literal("hello"), version: Type.String(), nowMs: Type.Integer(), state: LiveState }),
  Type.Object({ type: Type.Literal("state"), state: LiveState }),
  Type.Object({ type: Type.Literal("call"), call: Call }),
  /** A site's directory changed: lists must be fetched anew. */
  Type.Object({ type: Type.Literal("directory"), siteId: Type.String() }),
  /** To administrators: an import got further. */
  Type.Object({ type: Type.Literal("job"), job: Job }),
  /** To administrators: a device claimed or fetched its pairing, or it expired. */
  Type.Object({ type: Type.Literal("pairing"), pairing: Pairing }),
  /** To administrators: a test ring got further. */
  Type.Object({ type: Type.Literal("testRing"), testRing: TestRing }),
  /** To the device that is about to be tested. */
  Type.Object({ type: Type.Literal("testCall"), testCall: TestCall }),
  Type.Object({ type: Type.Literal("error"), error: ErrorReply.properties.error }),
]);

/** `GET /api/health` (no session): for the watchdog. */
export const Health = Type.Object({ ok: Type.Boolean(), version: Type.String(), missing: Type.Array(Type.String()) });

export type LinkState = Static<typeof LinkState>;
export type LiveState = Static<typeof LiveState>;
export type PanelMessage = Static<typeof PanelMessage>;
export type Health = Static<typeof Health>;
