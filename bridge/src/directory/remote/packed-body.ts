/**
 * Large bodies on their way between two Neolias: a file of ten thousand lines takes several megabytes and a request's frame
 * carries one, an audit log's takes tens and a reply's frame carries eight. So what is large is deflated (RFC 1951) before
 * it is sealed. It is unpacked only from a frame that the other end of the grant has sealed, and only up to a limit.
 */
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";

interface Body<B> {
  body: B;
  packed?: true;
}

/** Smaller ones go as they are. Characters. */
const LARGE = 64 * 1024;
/** What the largest body of the API takes, bytes. */
export const LARGEST_BODY = 9 * 1024 * 1024;
/** What is taken of an answer, bytes. */
export const LARGEST_ANSWER = 64 * 1024 * 1024;

// Not in one go: calls are served meanwhile.
const deflate = promisify<string, Buffer>(deflateRaw);
const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

export async function packBody<B extends string | null>(body: B): Promise<Body<B | string>> {
  if (body === null || body.length <= LARGE) return { body };
  return { body: (await deflate(body)).toString("base64"), packed: true };
}

/** undefined: it is not what was agreed, or more than `most` bytes. */
export async function unpackBody<B extends string | null>(
  { body, packed }: Body<B>,
  most: number,
): Promise<B | string | undefined> {
  if (!packed) return body;
  if (body === null) return undefined;
  try {
    return (await inflate(Buffer.from(body, "base64"), { maxOutputLength: most })).toString("utf8");
  } catch {
    return undefined;
  }
}
