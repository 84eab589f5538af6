/**
 * Large bodies on their way between two Neolias: a file of ten thousand lines takes several megabytes and a request's frame
 * carries one, an audit log's takes tens and a reply's frame carries eight. So what is large is deflated (RFC 1951) before
 * it is sealed. It is unpacked only from a frame that the other end of the grant has sealed, and only up to a limit. Of an answer
 * neither end ever holds more than what is deflated.
 */
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createDeflateRaw, createInflateRaw, deflateRaw, inflateRaw } from "node:zlib";
import { RemoteLimits } from "../../../../infra/control/src/wire.ts";

interface Body<B> {
  body: B;
  packed?: true;
}

/** Smaller ones go as they are. Characters. */
const LARGE = 64 * 1024;
/** What the largest body of the API takes, bytes. */
export const LARGEST_BODY = 9 * 1024 * 1024;
/** What is taken of an answer, bytes. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
/** What of it a frame carries, in base64 and with what stands beside it. */
const LARGEST_PACKED = Math.floor((RemoteLimits.replyBytes * 3) / 4) - 4096;

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

class TooLarge extends Error {}

/** The same of an answer while it is being written. null: it is more than comes over. */
export async function packAnswer(answer: Readable): Promise<Body<string> | null> {
  const head: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    head.push(chunk);
    length += chunk.length;
    if (length > LARGE) break;
  }
  if (length <= LARGE) return { body: Buffer.concat(head).toString("utf8") };
  const packed: Buffer[] = [];
  try {
    await pipeline(
      async function* () {
        yield* head;
        yield* answer;
      },
      upTo(LARGEST_ANSWER),
      createDeflateRaw(),
      upTo(LARGEST_PACKED),
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) packed.push(chunk);
      },
    );
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  } finally {
    answer.destroy();
  }
  return { body: Buffer.concat(packed).toString("base64"), packed: true };
}

/** What was packed, to be read once. It breaks off where it is not what was agreed, or too much. */
export function unpackAnswer({ body, packed }: Body<string>): string | Readable {
  if (!packed) return body;
  const unpacked = createInflateRaw();
  const limited = upTo(LARGEST_ANSWER);
  unpacked.on("error", (error) => limited.destroy(error));
  unpacked.end(Buffer.from(body, "base64"));
  return unpacked.pipe(limited);
}

function upTo(most: number): Transform {
  let length = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      length += chunk.length;
      if (length > most) done(new TooLarge());
      else done(null, chunk);
    },
  });
}
