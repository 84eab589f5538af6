/** Path and query parameters that several nouns share. */
import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { DeviceId } from "../../api/session.ts";

const closed = { additionalProperties: false } as const;

export const IdParams = Type.Object({ id: Id }, closed);
export const DeviceParams = Type.Object({ deviceId: DeviceId }, closed);
export const SiteQuery = Type.Object({ siteId: Type.Optional(Id) }, closed);
export const PlaceQuery = Type.Object({ siteId: Type.Optional(Id), buildingId: Type.Optional(Id) }, closed);
/** `unitId` may be a door's id as well: both have accounts and rules. */
export const OwnerQuery = Type.Object({ siteId: Type.Optional(Id), unitId: Type.Optional(Id) }, closed);
export const Nothing = Type.Null();
