/** A request whose header names go out exactly as they are written; `fetch` writes them its own way. */
import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";

export interface RawRequest {
  url: string;
  headers: OutgoingHttpHeaders;
  method?: string;
  body?: string;
  /** The address of this machine that it comes from. Default: 127.0.0.1. */
  from?: string;
}

export interface RawReply {
  status: number;
  text: string;
}

/** A header with several values is sent several times. */
export function rawRequest({
  url,
  headers,
  method = "GET",
  body = "",
  from = "127.0.0.1",
}: RawRequest): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, localAddress: from, family: 4, agent: false };
    const request = httpRequest(url, options, async (reply) => {
      let text = "";
      for await (const chunk of reply) text += String(chunk);
      resolve({ status: reply.statusCode ?? 0, text });
    });
    request.once("error", reject);
    request.end(body);
  });
}
