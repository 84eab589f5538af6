/** The one shape of every error reply of the bridge, and of `error` messages on its WebSocket. */
import { type Static, Type } from "typebox";

export const ErrorReply = Type.Object({
  error: Type.Object({
    /** Key of the user's text in the panel's translations; the closed list is `events/errors.ts`. */
    code: Type.String(),
    /** For the log and for developers, in English. */
    message: Type.String(),
    retryable: Type.Boolean(),
    /** For INVALID_REQUEST: JSON pointer → what is wrong there. For conflicts: what stands in the way. */
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** Field of the body or query (`name`, `schedule.0.toMinute`) → a code of `FieldCode` (api/names.ts). */
    fields: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
});
export type ErrorReply = Static<typeof ErrorReply>;
