/** The installer's side: invitations taken, and sites elsewhere asked. See docs/adr/0012. */
import type { Readable } from "node:stream";
import type { NewRemoteSite, RemoteSite } from "../../api/remote.ts";
import { AppError } from "../../events/errors.ts";
import type { RemoteSiteRow } from "../../store/remote-site-store.ts";
import type { DirectoryContext } from "../edit.ts";
import { readInvitation } from "./invitation.ts";
import { agreedKey, newKeyHalf } from "./key-agreement.ts";
import { type Answer, type Ask, type GrantRequest, Reply, readMessage } from "./messages.ts";
import { packBody, unpackAnswer } from "./packed-body.ts";
import { FRAME_VERSION, type FrameKey, newExchange, openFrame, relayToken, sealFrame } from "./sealed-frame.ts";

/** Carries a frame to the site of a grant and its reply back. Throws AppError GRANT_UNKNOWN, REMOTE_*. */
export type Relay = (to: { controlUrl: string; grantId: string; token: string }, frame: Buffer) => Promise<Buffer>;

export interface RemoteSites {
  list(): RemoteSite[];
  /** Throws INVITATION_MALFORMED, INVITATION_OWN, GRANT_UNKNOWN, GRANT_ENDED, REMOTE_*. */
  add(request: NewRemoteSite): Promise<RemoteSite>;
  /** Gives the grant back, as far as the site can be reached, and forgets it. */
  remove(id: string, by: string): Promise<void>;
  /** One request of the API over there. Throws UNKNOWN_REMOTE_SITE, GRANT_UNKNOWN, GRANT_ENDED, REMOTE_*. */
  ask(id: string, by: string, request: Question): Promise<RemoteAnswer>;
}

/** A large body is read once, as it is unpacked. */
export type RemoteAnswer = Omit<Answer, "body" | "packed"> & { body: string | Readable };

export type Question = Pick<Ask, "method" | "path" | "ifMatch" | "body">;

/** The first try learns the round; a new one may begin just then. */
const TRIES = 3;
/** A round is known to be the site's for so long after its last answer. */
const KNOWN_MS = 10_000;
const LONGEST_NAME = 60;

export function remoteSites(context: DirectoryContext, relay: Relay, version: string): RemoteSites {
  const { store, now, newId, audit } = context;
  const rounds = new Map<string, { round: string; atMs: number }>();
  const versions = new Map<string, string>();

  async function exchange(controlUrl: string, key: FrameKey, message: object): Promise<Reply> {
    const id = newExchange();
    const frame = sealFrame(key, "request", id, JSON.stringify(message));
    const reply = await relay({ controlUrl, grantId: key.grantId, token: relayToken(key) }, frame);
    if (reply[0] !== FRAME_VERSION) {
      throw new AppError("REMOTE_VERSION", "the site speaks another version of remote management");
    }
    const opened = openFrame(key, "reply", reply);
    const read = opened?.exchange.equals(id) ? readMessage(Reply, opened.content) : null;
    if (read === null) throw badReply();
    if (read.type === "ended") {
      throw new AppError("GRANT_ENDED", `the site has ended this permission (${read.why})`, {
        details: { why: read.why },
      });
    }
    if (read.type === "failed" && read.why === "large")
      throw new AppError("REMOTE_TOO_LARGE", "the site's answer is more than comes over from elsewhere");
    if (read.type === "failed") throw new AppError("REMOTE_FAILED", "the site broke down over this; its log says how");
    if (read.type === "busy") throw new AppError("REMOTE_BUSY", "too many requests at once; try again in a minute");
    return read;
  }

  async function ask(
    row: RemoteSiteRow,
    isChange: boolean,
    message: (round: string) => GrantRequest,
  ): Promise<RemoteAnswer> {
    const key = { secret: row.key, grantId: row.grantId };
    const known = rounds.get(row.id);
    let round = known && (!isChange || now() - known.atMs < KNOWN_MS) ? known.round : "";
    for (let tries = 0; tries < TRIES; tries++) {
      const reply = await exchange(row.controlUrl, key, message(round));
      if (reply.type === "answer") {
        versions.set(row.id, reply.version);
        rounds.set(row.id, { round, atMs: now() });
        return { ...reply, body: unpackAnswer(reply) };
      }
      if (reply.type !== "round") break;
      rounds.delete(row.id);
      // In the round that it named it may have been done, and its answer be lost or kept back: done again it could be done twice.
      if (isChange && round !== "") {
        throw new AppError("REMOTE_UNANSWERED", "the site began a new round over this; it may have been done");
      }
      round = reply.round;
    }
    throw badReply();
  }

  function found(id: string): RemoteSiteRow {
    const row = store.remoteSites.get(id);
    if (!row) throw new AppError("UNKNOWN_REMOTE_SITE", "there is no such site elsewhere");
    return row;
  }

  return {
    list: () => store.remoteSites.list().map((row) => shown(row, versions)),
    add: async ({ code, by }) => {
      const invitation = readInvitation(code);
      if (!invitation) throw new AppError("INVITATION_MALFORMED", "this is no invitation, or not all of one");
      const { controlUrl, grantId, secret } = invitation;
      if (store.grants.get(grantId)) throw new AppError("INVITATION_OWN", "this is a site of this very Neolia");
      const own = newKeyHalf();
      const message = { type: "take", publicKey: own.publicKey, by, version };
      const reply = await exchange(controlUrl, { secret, grantId }, message);
      if (reply.type !== "taken") throw badReply();
      const { site, backups, expiresAtMs, publicKey } = reply;
      const row: RemoteSiteRow = {
        ...{ id: newId(), grantId, controlUrl, backups, addedAtMs: now(), expiresAtMs },
        ...{ siteId: site.id, name: site.name, domain: site.domain },
        key: agreedKey({ own, asked: own.publicKey, answered: publicKey, secret, grantId }),
      };
      store.transaction(() => {
        store.remoteSites.insert(row);
        audit.note({ siteId: null, noun: "remote-site", verb: "added", rowId: row.id, label: row.name });
      });
      versions.set(row.id, reply.version);
      return shown(row, versions);
    },
    remove: async (id, by) => {
      const row = found(id);
      const leave = (round: string) => ({ type: "leave" as const, round, by: nameOf(by), version });
      await ask(row, false, leave).catch(() => undefined);
      rounds.delete(id);
      versions.delete(id);
      store.transaction(() => {
        store.remoteSites.remove(id);
        audit.note({ siteId: null, noun: "remote-site", verb: "removed", rowId: id, label: row.name });
      });
    },
    ask: async (id, by, { body, ...question }) => {
      const row = found(id);
      const packed = await packBody(body);
      const isChange = question.method !== "GET";
      const message = (round: string) => ({
        type: "ask" as const,
        round,
        by: nameOf(by),
        version,
        ...question,
        ...packed,
      });
      return ask(row, isChange, message).catch((error: unknown) => {
        if (isChange || !(error instanceof AppError) || error.code !== "REMOTE_UNANSWERED") throw error;
        throw new AppError("REMOTE_OFFLINE", "the site does not answer", { cause: error });
      });
    },
  };
}

function badReply(): AppError {
  return new AppError("REMOTE_BAD_REPLY", "what came back is not the site's");
}

/** A user's name as the site takes it: never empty, no control characters. */
function nameOf(by: string): string {
  const plain = [...by.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ").trim()].slice(0, LONGEST_NAME).join("").trim();
  return plain === "" ? "?" : plain;
}

function shown(row: RemoteSiteRow, versions: ReadonlyMap<string, string>): RemoteSite {
  const { key: _key, grantId: _grantId, controlUrl: _controlUrl, ...site } = row;
  return { ...site, version: versions.get(row.id) ?? null };
}
