/**
 * A large request on its way to a site elsewhere: a file of ten thousand lines takes several megabytes, a frame one. So
 * what is large is deflated (RFC 1951) before it is sealed. It is unpacked only from a frame that the holder of the
 * grant has sealed, and only up to what the API would take from a page.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Ask } from "./messages.ts";

type Body = Pick<Ask, "body" | "packed">;

/** Smaller ones go as they are. Characters. */
const LARGE = 64 * 1024;
/** What the largest body of the API takes, bytes. */
export const LARGEST_BODY = 9 * 1024 * 1024;

export function packBody(body: string | null): Body {
  if (body === null || body.length <= LARGE) return { body };
  return { body: deflateRawSync(body).toString("base64"), packed: true };
}

/** undefined: it is not what was agreed, or more than anything may be. */
export function unpackBody({ body, packed }: Body): string | null | undefined {
  if (!packed) return body;
  if (body === null) return undefined;
  try {
    return inflateRawSync(Buffer.from(body, "base64"), { maxOutputLength: LARGEST_BODY }).toString("utf8");
  } catch {
    return undefined;
  }
}
