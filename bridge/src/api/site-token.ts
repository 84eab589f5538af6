/** The token that the VPS printed for a site. It goes in and never comes out. */
import { Type } from "typebox";

/** `PUT /api/sites/:id/token` → 204. */
export const SiteTokenPut = Type.Object(
  {
    /** As `site add` printed it. */
    token: Type.String({ minLength: 20, maxLength: 200, pattern: "^[A-Za-z0-9._~+/-]+=*$" }),
  },
  { additionalProperties: false },
);
