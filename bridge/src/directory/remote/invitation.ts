/** The text that an administrator of a site hands to an installer: where, which grant, and its secret. */
import { randomBytes } from "node:crypto";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { Id } from "../../api/directory.ts";

const PREFIX = "neolia-";
const SECRET_BYTES = 32;
const Content = Type.Tuple([Type.String({ maxLength: 300 }), Id, Type.String({ pattern: "^[A-Za-z0-9_-]{43}$" })]);

export interface Invitation {
  /** Of the control service in between. */
  controlUrl: string;
  grantId: string;
  /** 32 random bytes. */
  secret: Buffer;
}

export function newInvitationSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

export function writeInvitation({ controlUrl, grantId, secret }: Invitation): string {
  const content: Static<typeof Content> = [controlUrl, grantId, secret.toString("base64url")];
  return PREFIX + Buffer.from(JSON.stringify(content)).toString("base64url");
}

/** null: it is no invitation, or not all of it was copied. Spaces and line breaks of a message do not matter. */
export function readInvitation(text: string): Invitation | null {
  const code = text.replace(/\s/g, "");
  if (!code.startsWith(PREFIX)) return null;
  try {
    const content: unknown = JSON.parse(Buffer.from(code.slice(PREFIX.length), "base64url").toString("utf8"));
    if (!Value.Check(Content, content)) return null;
    const [controlUrl, grantId, secret] = content;
    return isControlUrl(controlUrl) ? { controlUrl, grantId, secret: Buffer.from(secret, "base64url") } : null;
  } catch {
    return null;
  }
}

/** HTTPS; HTTP for this machine only, where the demo and the tests have their control. */
function isControlUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}
