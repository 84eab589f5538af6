/**
 * The camera's side of watching (WHEP, RFC 9725): an offer is POSTed, the answer comes back with the address of the
 * session, which is DELETEd at the end. Only to addresses in the house, without following anybody elsewhere, and without
 * believing what comes back: a size and a time are set, and what is no session description goes no further.
 */
import { lookup as lookUp } from "node:dns";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { isForeignAddress, isHouseAddress } from "../directory/house-address.ts";
import { AppError } from "../events/errors.ts";

export interface WhepSession {
  /** SDP answer (RFC 3264). */
  sdp: string;
  /** Of the session, on the same server; null: it gave none that may be used. */
  resource: string | null;
}

export interface Whep {
  /** Throws CAMERA_UNREACHABLE or CAMERA_REFUSED; `details.status` is what the camera answered. */
  open(url: string, offer: string): Promise<WhepSession>;
  /** Never throws: the camera forgets a session without a viewer by itself. */
  close(resource: string): Promise<void>;
}

const WAIT_MS = 5_000;
const LONGEST_ANSWER = 64 * 1024;

export const whep: Whep = {
  open: async (url, offer) => {
    const { status, headers, body } = await ask("POST", url, offer);
    const isAnswer = /^application\/sdp\b/i.test(headers["content-type"] ?? "") && /^v=0\r?\n/.test(body);
    if (status !== 201 || !isAnswer) {
      throw new AppError("CAMERA_REFUSED", "the camera gave no picture", { details: { status } });
    }
    return { sdp: body, resource: resourceOf(url, headers.location) };
  },
  close: async (resource) => {
    await ask("DELETE", resource, null).catch(() => undefined);
  },
};

/** Another server than the one that an administrator named is never asked. */
function resourceOf(url: string, location: string | undefined): string | null {
  if (location === undefined || !URL.canParse(location, url)) return null;
  const resource = new URL(location, url);
  return resource.origin === new URL(url).origin ? resource.href : null;
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

function ask(method: "POST" | "DELETE", address: string, offer: string | null): Promise<Answer> {
  const url = new URL(address);
  if (isForeignAddress(url.hostname)) return Promise.reject(unreachable(new Error("not in the house")));
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { ...(offer !== null && { "content-type": "application/sdp", accept: "application/sdp" }) };
  return new Promise((resolve, reject) => {
    // `agent: false`: no connection of an earlier look-up is used again.
    const options = { method, headers, lookup, agent: false, signal: AbortSignal.timeout(WAIT_MS) };
    const request = send(url, options, (response) => {
      const { statusCode: status = 0, headers: given } = response;
      const parts: Buffer[] = [];
      let size = 0;
      response.on("data", (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > LONGEST_ANSWER) response.destroy(new Error("the answer is too long"));
      });
      response.on("error", (error) => reject(unreachable(error)));
      response.on("end", () => resolve({ status, headers: given, body: Buffer.concat(parts).toString() }));
    });
    request.on("error", (error) => reject(unreachable(error)));
    request.end(offer ?? undefined);
  });
}

function unreachable(cause: unknown): AppError {
  return new AppError("CAMERA_UNREACHABLE", "the camera does not answer", { cause });
}

/** The name is judged by where it leads at the moment of connecting: a name that changes its mind gains nothing. */
const lookup: LookupFunction = (host, options, done) => {
  lookUp(host, { ...options, all: true }, (error, found) => {
    const inside = found?.filter(({ address }) => isHouseAddress(address)) ?? [];
    const [first] = inside;
    if (error !== null || first === undefined) return done(error ?? new Error(`${host} is not in the house`), []);
    if (options.all) done(null, inside);
    else done(null, first.address, first.family);
  });
};
