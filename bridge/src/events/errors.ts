/**
 * Every error that the bridge tells anyone: one closed table. The user's text stands in the panel's translations under
 * the same code; the message here is for the log and for developers.
 */

export type ErrorCategory =
  /** The request is wrong: sending it again changes nothing. */
  | "request"
  /** Who is asking may not. */
  | "access"
  /** The request is fine, but what is stored stands against it. */
  | "conflict"
  /** Something the bridge needs is away. */
  | "unavailable"
  /** A defect. */
  | "internal";

interface ErrorKind {
  /** HTTP status. */
  status: number;
  category: ErrorCategory;
  /** True when the same request may succeed later without anyone changing anything. */
  retryable: boolean;
}

const request = (status: number): ErrorKind => ({ status, category: "request", retryable: false });
const access = (status: number): ErrorKind => ({ status, category: "access", retryable: false });
const conflict = (): ErrorKind => ({ status: 409, category: "conflict", retryable: false });

export const ERRORS = {
  INVALID_REQUEST: request(400),
  MALFORMED_JSON: request(400),
  UNSUPPORTED_CONTENT_TYPE: request(415),
  TOO_LARGE: request(413),
  /** The request did not arrive whole in its time. */
  REQUEST_TIMEOUT: { status: 408, category: "request", retryable: true },
  NOT_FOUND: request(404),
  UNKNOWN_TIME_ZONE: request(400),
  UNKNOWN_SITE: request(404),
  UNKNOWN_BUILDING: request(404),
  UNKNOWN_UNIT: request(404),
  UNKNOWN_DOOR: request(404),
  UNKNOWN_ACCOUNT: request(404),
  UNKNOWN_RULE: request(404),
  DEVICE_UNKNOWN: request(404),
  UNKNOWN_LINE: request(404),
  UNKNOWN_ORDER: request(404),
  /** No such call with the assistant, or it is over. */
  UNKNOWN_ORDER_CALL: request(404),
  /** No item or option of the menu has this id. */
  UNKNOWN_MENU_ID: request(404),
  /** Some of the menu does not fit together; the details say what and where. */
  MENU_INVALID: request(400),
  /** The account's type and the unit or door given do not go together. */
  ACCOUNT_PLACE: request(400),
  /** A rule needs a target to forward to, and none to ring. */
  RULE_TARGET: request(400),
  /** A window of a rule's schedule ends before it starts. */
  RULE_SCHEDULE: request(400),
  /** A name that a gateway could present as a caller's number. */
  NAME_RESERVED: request(400),

  NOT_SIGNED_IN: access(401),
  WRONG_TOKEN: access(401),
  FORBIDDEN: access(403),
  /** Whoever started something that runs on might not start it any more; nothing of it was done. */
  PERMISSION_ENDED: access(403),
  /** The X-Neolia header of a mutation is missing. */
  CSRF_HEADER_MISSING: access(403),
  /** Host or Origin is not this bridge: DNS rebinding or a foreign page. */
  FOREIGN_ORIGIN: access(403),
  TOO_MANY_ATTEMPTS: { status: 429, category: "access", retryable: true },

  /** A change without If-Match: nobody knows what its sender has seen. */
  PRECONDITION_MISSING: request(428),
  /** Somebody else edited the row since; `details.current` is how it stands. */
  EDITED_MEANWHILE: { status: 412, category: "conflict", retryable: false },
  UNKNOWN_JOB: request(404),
  UNKNOWN_PAIRING: request(404),
  UNKNOWN_TEST: request(404),
  /** Wrong, used or expired: all the same to whoever asks. */
  PAIRING_INVALID: request(404),
  /** The site is no longer what a dry run looked at. */
  CHANGED_SINCE_CHECK: conflict(),
  /** A CSV file without the columns that it needs. */
  CSV_COLUMNS: request(400),
  /** The backup is cut off, changed by hand, or of another version. */
  BACKUP_DAMAGED: request(400),
  /** The backup's file is longer than a restore takes, or takes more memory. */
  BACKUP_TOO_LARGE: request(413),
  /** The backup was made by a Neolia that keeps more than this one knows. */
  BACKUP_NEWER: request(400),
  /** A device file needs accounts of another type, or more or fewer of them. */
  DEVICE_FILE_ACCOUNTS: request(400),

  /** The VPS does not know the token. */
  SITE_TOKEN_WRONG: request(400),
  /** The VPS knows the token as another site's. */
  SITE_TOKEN_OTHER: request(400),

  UNKNOWN_GRANT: request(404),
  UNKNOWN_REMOTE_SITE: request(404),
  /** What was entered is no invitation, or not all of one. */
  INVITATION_MALFORMED: request(400),
  /** It is an invitation to a site of this very Neolia. */
  INVITATION_OWN: request(400),
  /** The server in between does not know the grant: used before, withdrawn, or the site was not seen since its restart. */
  GRANT_UNKNOWN: request(404),
  /** The site says that the grant is over; `details.why` is expired or revoked. */
  GRANT_ENDED: access(403),
  /** Whoever manages a site from elsewhere may not do this. */
  NOT_FROM_ELSEWHERE: access(403),
  /** The other Neolia speaks another version of the way between the two. */
  REMOTE_VERSION: { status: 503, category: "unavailable", retryable: false },
  /** What came back is not what was agreed, or not from the site. */
  REMOTE_BAD_REPLY: { status: 503, category: "unavailable", retryable: false },
  /** The site is not connected to the server in between. */
  REMOTE_OFFLINE: { status: 503, category: "unavailable", retryable: true },
  /** The site was sent it, and its answer did not come: it may have been done. */
  REMOTE_UNANSWERED: { status: 503, category: "unavailable", retryable: false },
  /** The server in between cannot be reached: nothing was sent. */
  REMOTE_SERVER_UNREACHABLE: { status: 503, category: "unavailable", retryable: true },
  /** The site's own API broke down over what was asked. */
  REMOTE_FAILED: { status: 503, category: "unavailable", retryable: false },
  /** The site's answer is more than comes over from elsewhere. */
  REMOTE_TOO_LARGE: request(413),
  REMOTE_BUSY: { status: 429, category: "unavailable", retryable: true },

  DOMAIN_TAKEN: conflict(),
  UNIT_EXISTS: conflict(),
  SITE_EXISTS: conflict(),
  /** Another import of the site is still running. */
  JOB_RUNNING: conflict(),
  /** One backup at a time is restored, or looked into. */
  RESTORE_RUNNING: conflict(),
  NAME_TAKEN: conflict(),
  BUILDING_EXISTS: conflict(),
  TOO_MANY_RULES: conflict(),
  /** The VPS holds as many codes and files of this site as it takes. */
  TOO_MANY_CODES: conflict(),
  /** The site still holds something, or the VPS has not confirmed that it is empty. */
  SITE_IN_USE: conflict(),
  /** Somebody else changed the menu since it was read. */
  MENU_CHANGED: conflict(),
  /** The order is no longer where the request thinks it is. */
  ORDER_MOVED: conflict(),
  /** The order or call was over long ago: it does not come back to the board. */
  ORDER_OVER: conflict(),
  /** The draft cannot become an order: empty, a choice open, or dealt with. */
  DRAFT_UNUSABLE: conflict(),
  /** The unit is a telephone line, or the building has one: it is removed as a line. */
  UNIT_HAS_LINE: conflict(),
  /** A call is on the line. */
  LINE_BUSY: conflict(),
  BACKUP_UNKNOWN: request(400),

  /** The store or disk refuses: nothing was changed. */
  STORE_UNAVAILABLE: { status: 503, category: "unavailable", retryable: true },
  /** Home Assistant has not said yet who its users are. */
  HOME_NOT_READY: { status: 503, category: "unavailable", retryable: true },
  /** The door has no camera. */
  NO_CAMERA: request(404),
  /** The camera's address does not answer, or is not in the house's network. */
  CAMERA_UNREACHABLE: { status: 503, category: "unavailable", retryable: true },
  /** What answers at the camera's address gives no picture: wrong path, a password, no WHEP. */
  CAMERA_REFUSED: { status: 503, category: "unavailable", retryable: true },
  VPS_NOT_CONFIGURED: { status: 503, category: "unavailable", retryable: false },
  VPS_UNREACHABLE: { status: 503, category: "unavailable", retryable: true },
  INTERNAL: { status: 500, category: "internal", retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export interface AppErrorOptions {
  /** What is wrong where, or what stands in the way; goes into the reply. */
  details?: Record<string, unknown>;
  /** Field → a code of FIELD_CODES (api/names.ts): for the form that was filled in. */
  fields?: Record<string, string>;
  /** Goes into the log only. */
  cause?: unknown;
}

/** An error with a code of the table. Foreign errors become one at their adapter. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly category: ErrorCategory;
  readonly retryable: boolean;
  readonly details: Record<string, unknown> | undefined;
  readonly fields: Record<string, string> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const kind: ErrorKind = ERRORS[code];
    this.code = code;
    this.status = kind.status;
    this.category = kind.category;
    this.retryable = kind.retryable;
    this.details = options.details;
    this.fields = options.fields;
  }
}
