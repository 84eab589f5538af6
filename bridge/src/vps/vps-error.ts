/** Everything that can go wrong towards the VPS: foreign errors become one of these codes here, and nowhere else. */
import { Value } from "typebox/value";
import { ControlError, type ControlErrorCode } from "../../../infra/control/src/wire.ts";

export type VpsProblem =
  /** No answer: network, name, port, or silence. */
  | "VPS_UNREACHABLE"
  /** Somebody answers with a certificate that we do not trust. */
  | "VPS_CERTIFICATE"
  /** The site token is not (any more) known there. */
  | "VPS_UNAUTHORIZED"
  /** Something answers that is no Neolia control service, or of another time. */
  | "VPS_BAD_REPLY"
  /** Control answers, Kamailio does not. */
  | "VPS_EDGE_UNAVAILABLE"
  /** The token is of a site that does not exist here (yet). */
  | "VPS_SITE_UNKNOWN"
  | "REVISION_CONFLICT"
  | "NAME_CONFLICT"
  /** Control refuses the directory as a whole: too large, or against the schema. Of a document: there are too many. */
  | "DIRECTORY_REFUSED"
  | "UNKNOWN_ACCOUNT"
  /** Ours, not the VPS's: what came could not be stored, and will be asked for again. */
  | "STORE_UNAVAILABLE";

export class VpsError extends Error {
  override readonly name = "VpsError";
  readonly code: VpsProblem;
  /** What control says about it: names in conflict, the current revision. */
  readonly details: Record<string, unknown>;

  constructor(code: VpsProblem, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

const BY_CONTROL_CODE: Record<ControlErrorCode, VpsProblem> = {
  UNAUTHORIZED: "VPS_UNAUTHORIZED",
  INVALID_REQUEST: "DIRECTORY_REFUSED",
  REVISION_CONFLICT: "REVISION_CONFLICT",
  NAME_CONFLICT: "NAME_CONFLICT",
  UNKNOWN_ACCOUNT: "UNKNOWN_ACCOUNT",
  NOT_FOUND: "VPS_BAD_REPLY",
  TOO_LARGE: "DIRECTORY_REFUSED",
  EDGE_UNAVAILABLE: "VPS_EDGE_UNAVAILABLE",
  SITE_OFFLINE: "VPS_BAD_REPLY",
  SITE_SILENT: "VPS_BAD_REPLY",
  TOO_MANY: "VPS_BAD_REPLY",
  INTERNAL: "VPS_BAD_REPLY",
};

/** Node's codes of a certificate that does not hold (OpenSSL's names, and Node's own for the host name). */
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS_CERT|ERR_SSL_WRONG_VERSION|HOSTNAME_MISMATCH|INVALID_CA)/;

/** From a reply that is no success. */
export function fromReply(status: number, body: unknown): VpsError {
  if (Value.Check(ControlError, body)) {
    const { code, message, details } = body.error;
    return new VpsError(BY_CONTROL_CODE[code], message, details);
  }
  const code = status === 401 || status === 403 ? "VPS_UNAUTHORIZED" : "VPS_BAD_REPLY";
  return new VpsError(code, `unexpected reply ${status}`);
}

/** From whatever a socket, TLS or a timeout threw. */
export function fromNetwork(error: unknown): VpsError {
  if (error instanceof VpsError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const problem = CERTIFICATE.test(code) ? "VPS_CERTIFICATE" : "VPS_UNREACHABLE";
  return new VpsError(problem, code === "" ? message : code, {}, error);
}
