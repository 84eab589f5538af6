/** How a document for one device gets to where the device can fetch it: see docs/adr on provisioning by the VPS. */

import type { Document } from "../../../../infra/control/src/sealed-document.ts";
import type { DocumentPut, DocumentStatus, TurnCredentials } from "../../../../infra/control/src/wire.ts";
import { AppError } from "../../events/errors.ts";

/** The document is served while `logins` are in the directory: see the wire's DocumentPut. */
export type DocumentTerms = Pick<DocumentPut, "kind" | "validMs" | "logins">;

export interface DocumentPost {
  /** Null when there is no VPS, so that nothing could be fetched anywhere. */
  isThere(siteId: string): boolean;
  /** Seals and sends it; `url` opens it once. Throws AppError VPS_NOT_CONFIGURED or VPS_UNREACHABLE. */
  post(siteId: string, document: Document, terms: DocumentTerms): Promise<{ id: string; url: string }>;
  /** Throws like `post`. */
  status(siteId: string, id: string): Promise<DocumentStatus>;
  withdraw(siteId: string, id: string): Promise<void>;
  /** A login for the VPS's TURN server. Throws AppError UNKNOWN_ACCOUNT while the VPS does not know the account yet. */
  turn(siteId: string, username: string, lifetimeS: number): Promise<TurnCredentials>;
}

/** Without a VPS nothing can be fetched anywhere. */
export const NOWHERE: DocumentPost = {
  isThere: () => false,
  post: () => Promise.reject(nowhere()),
  status: () => Promise.reject(nowhere()),
  withdraw: () => Promise.reject(nowhere()),
  turn: () => Promise.reject(nowhere()),
};

function nowhere(): AppError {
  return new AppError("VPS_NOT_CONFIGURED", "there is no VPS that devices could fetch anything from");
}

/** A post that is there only later: the link to the VPS needs the directory, and the directory this. */
export function postBy(later: () => DocumentPost): DocumentPost {
  return {
    isThere: (siteId) => later().isThere(siteId),
    post: (...args) => later().post(...args),
    status: (...args) => later().status(...args),
    withdraw: (...args) => later().withdraw(...args),
    turn: (...args) => later().turn(...args),
  };
}
