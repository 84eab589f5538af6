/**
 * The site's side of a grant: opens a frame, decides, has it done, and seals the answer. Nobody else decides: the
 * control service in between only carries, and the other Neolia only asks. See docs/adr/0012.
 */
import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { RemoteLimits } from "../../../../infra/control/src/wire.ts";
import type { GrantRow } from "../../store/grant-store.ts";
import { actingAs } from "../audit.ts";
import type { DirectoryContext } from "../edit.ts";
import { siteOf } from "../lookup.ts";
import { endOf, noteOf } from "./grants.ts";
import { agreedKey, newKeyHalf } from "./key-agreement.ts";
import { type Answer, type Ask, GrantRequest, type Reply, readMessage, Take } from "./messages.ts";
import { LARGEST_BODY, packAnswer, unpackBody } from "./packed-body.ts";
import { FRAME_VERSION, openFrame, sealFrame, versionFrame } from "./sealed-frame.ts";

/** Who comes from elsewhere, and how far the grant goes. */
export interface Visitor {
  grantId: string;
  siteId: string;
  /** For the audit log: the user, and whom the grant was given to. */
  name: string;
  /** As the other Neolia calls itself. */
  from: string;
  backups: boolean;
}

/** Does what is asked by the site's own API, in the visitor's name and within their grant. */
export type Visit = (visitor: Visitor, ask: Ask) => Promise<Visited>;
type Visited = Omit<Answer, "type" | "version" | "body" | "packed"> & { body: Readable };

export interface GrantDoor {
  /**
   * The sealed reply; null: the frame is nobody's who may ask here, and gets no answer. `failed` is told what broke down
   * over it; whoever asked hears that something did.
   */
  answer(siteId: string, grantId: string, frame: Buffer, failed: (error: unknown) => void): Promise<Buffer | null>;
}

/** Requests of one grant at once, and in a minute. */
const AT_ONCE = 8;
const A_MINUTE = 600;
/** Exchanges remembered before a new round begins: what was recorded of an old one is of no use. */
const ROUND_LENGTH = 20_000;
/** Looking in is noted once a visit, not once a request. */
const VISIT_MS = 15 * 60_000;
const NOTE_USE_MS = 60_000;

/** `endExpired`: that of `Grants`. */
export function grantDoor(context: DirectoryContext, visit: Visit, version: string, endExpired: () => void): GrantDoor {
  const { store, bus, now, audit } = context;
  const load = new Map<string, { atOnce: number; minute: number; count: number }>();
  const visited = new Map<string, number>();
  let round = "";
  let seen = new Set<string>();
  newRound();

  function newRound(): void {
    round = randomBytes(16).toString("hex");
    seen = new Set();
  }

  /** Whether this request is fresh: of this round, and the first time that it comes. */
  function isFresh(asked: string, exchange: Buffer): boolean {
    if (seen.size >= ROUND_LENGTH) newRound();
    const id = exchange.toString("hex");
    if (asked !== round || seen.has(id)) return false;
    seen.add(id);
    return true;
  }

  function take(row: GrantRow, { publicKey, by }: Take): Reply {
    const half = newKeyHalf();
    const { id: grantId, secret, expiresAtMs, backups } = row;
    const key = agreedKey({ own: half, asked: publicKey, answered: half.publicKey, secret, grantId });
    const { id, name, domain } = siteOf(store, row.siteId);
    const isTaken = store.transaction(() => {
      if (!store.grants.take(grantId, by, key, now())) return false;
      actingAs({ who: by, userId: null, from: row.label }, () => audit.note({ ...noteOf(row), verb: "taken" }));
      store.afterCommit(() => bus.emit("grantsChanged", { siteId: row.siteId }));
      return true;
    });
    if (!isTaken) return { type: "ended", why: "revoked" };
    return { type: "taken", publicKey: half.publicKey, site: { id, name, domain }, backups, expiresAtMs, version };
  }

  function noteVisit(row: GrantRow, { name, from }: Visitor, { by, version: neolia }: Ask): void {
    if (now() - (row.usedAtMs ?? 0) > NOTE_USE_MS || row.usedBy !== by) store.grants.noteUse(row.id, by, now());
    const key = `${row.id} ${by}`;
    const last = visited.get(key);
    visited.set(key, now());
    if (last !== undefined && now() - last < VISIT_MS) return;
    const note = { ...noteOf(row), verb: "visited", after: { neolia } };
    actingAs({ who: name, userId: null, from }, () => audit.note(note));
  }

  /** null: what is packed in it is not what was agreed. */
  async function serve(row: GrantRow, request: GrantRequest, exchange: Buffer): Promise<Reply | null> {
    const why = endedWhy(row);
    if (why !== null) return { type: "ended", why };
    if (!isFresh(request.round, exchange)) return { type: "round", round };
    const { id: grantId, siteId, backups, takenBy: from } = row;
    const visitor = { grantId, siteId, name: `${request.by} (${row.label})`, from, backups };
    if (request.type === "leave") {
      store.transaction(() => {
        store.grants.revoke(row.id, now());
        actingAs({ who: visitor.name, userId: null, from }, () => audit.note({ ...noteOf(row), verb: "withdrawn" }));
        store.afterCommit(() => bus.emit("grantsChanged", { siteId: row.siteId }));
      });
      return { type: "ended", why: "revoked" };
    }
    const body = await unpackBody(request, LARGEST_BODY);
    if (body === undefined) return null;
    noteVisit(row, visitor, request);
    const answer = await visit(visitor, { ...request, body });
    const packed = await packAnswer(answer.body);
    // A file takes its time: what is not over when the grant ends stays here.
    const meanwhile = store.grants.get(row.id);
    const ended = meanwhile === null ? "revoked" : endedWhy(meanwhile);
    if (ended !== null) return { type: "ended", why: ended };
    return packed === null ? { type: "failed", why: "large" } : { type: "answer", version, ...answer, ...packed };
  }

  /** One that ran out has done so for good, whatever the clock says later. */
  function endedWhy(row: GrantRow): "expired" | "revoked" | null {
    const why = endOf(row, now());
    if (why === "expired" && row.revokedAtMs === null) endExpired();
    return why;
  }

  /** Too much at once gets "later"; the count is given back by the returned function. */
  function enter(grantId: string): (() => void) | null {
    const minute = Math.floor(now() / 60_000);
    const own = load.get(grantId) ?? { atOnce: 0, minute, count: 0 };
    if (own.minute !== minute) Object.assign(own, { minute, count: 0 });
    load.set(grantId, own);
    if (own.atOnce >= AT_ONCE || own.count >= A_MINUTE) return null;
    own.atOnce += 1;
    own.count += 1;
    return () => {
      own.atOnce -= 1;
    };
  }

  async function reply(row: GrantRow, content: string, exchange: Buffer): Promise<Reply | null> {
    if (row.takenAtMs === null) {
      const request = readMessage(Take, content);
      const why = endedWhy(row);
      if (request === null) return null;
      return why === null ? take(row, request) : { type: "ended", why };
    }
    const request = readMessage(GrantRequest, content);
    return request && serve(row, request, exchange);
  }

  return {
    answer: async (siteId, grantId, frame, failed) => {
      const row = store.grants.get(grantId);
      // The control service says which site it is; the grant says so as well, and only that counts.
      if (row?.siteId !== siteId) return null;
      if (frame[0] !== FRAME_VERSION) return versionFrame();
      const key = { secret: row.secret, grantId };
      const opened = openFrame(key, "request", frame);
      if (!opened) return null;
      const seal = (message: Reply) => sealFrame(key, "reply", opened.exchange, JSON.stringify(message));
      const leave = enter(grantId);
      if (leave === null) return seal({ type: "busy" });
      try {
        const message = await reply(row, opened.content, opened.exchange);
        const sealed = message && seal(message);
        const isTooLarge = sealed !== null && sealed.length > RemoteLimits.replyBytes;
        return isTooLarge ? seal({ type: "failed", why: "large" }) : sealed;
      } catch (error) {
        failed(error);
        return seal({ type: "failed", why: "broken" });
      } finally {
        leave();
      }
    },
  };
}
