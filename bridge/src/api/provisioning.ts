/** How far edits have got on their way to the SIP edge, and the way out when they are stuck. */
import { type Static, Type } from "typebox";
import { Id } from "./directory.ts";

/**
 * `saved`: stored here, the VPS is away or not configured, edits wait in order. `on-its-way`: being sent. `live`: the
 * SIP edge works by it. `stuck`: the VPS refuses it; `conflicts` and `wayOut` say what to do.
 */
export const ProvisioningState = Type.Union([
  Type.Literal("saved"),
  Type.Literal("on-its-way"),
  Type.Literal("live"),
  Type.Literal("stuck"),
]);

/** What a person can do. `rename`: the row named in the conflict; `token`: give the app the site's token again. */
export const WayOut = Type.Union([
  Type.Literal("wait"),
  Type.Literal("retry"),
  Type.Literal("rename"),
  Type.Literal("remove"),
  Type.Literal("token"),
  Type.Literal("configure"),
]);

/** `GET /api/provisioning`: every site. `POST /api/provisioning/:id/retry` (id of the site) tries at once. */
export const Provisioning = Type.Object({
  siteId: Id,
  revision: Type.Integer(),
  liveRevision: Type.Integer(),
  state: ProvisioningState,
  /** When `liveRevision` was confirmed; null: never. */
  liveAtMs: Type.Union([Type.Integer(), Type.Null()]),
  /** Code of what holds it up; null when nothing does. */
  problem: Type.Union([Type.String(), Type.Null()]),
  wayOut: Type.Union([WayOut, Type.Null()]),
  conflicts: Type.Array(
    Type.Object({
      /** See `infra/control/src/directory-check.ts`: duplicate-unit, name-is-unit-and-account, … */
      problem: Type.String(),
      /** SIP name. */
      name: Type.String(),
      noun: Type.Union([Type.Literal("unit"), Type.Literal("door"), Type.Literal("account"), Type.Null()]),
      rowId: Type.Union([Id, Type.Null()]),
    }),
  ),
});

export type ProvisioningState = Static<typeof ProvisioningState>;
export type WayOut = Static<typeof WayOut>;
export type Provisioning = Static<typeof Provisioning>;
