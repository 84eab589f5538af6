/** What a panel sees of the running system: the live state, and the messages that keep it up to date. */
import type { Job } from "../api/bulk.ts";
import type { Call } from "../api/call.ts";
import type { LinkState, LiveState, PanelMessage } from "../api/live.ts";
import type { Pairing } from "../api/pairing.ts";
import type { TestRing } from "../api/site-health.ts";
import { provisioningState } from "../directory/provisioning.ts";
import type { EventBus } from "../events/bus.ts";
import type { CallChanged } from "../events/domain-events.ts";
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";

/** Who looks. */
export interface Viewer {
  /** Flats and doors whose calls and devices may be seen; null: everything (an administrator). */
  unitIds: readonly string[] | null;
  /** Doors whose station's state may be seen besides; asked only where it matters. */
  doorIds?: () => readonly string[];
  /** SIP name and site of the device that looks; null when it is no device. */
  device: { siteId: string; username: string } | null;
  /** How they see the number of a caller from outside. Left out: as it is. */
  numberOf?: (call: CallRow) => string;
}

/** What the adapters know of their links. `code` is null when the link is up, else why it is not. */
export interface Links {
  vps(): LiveState["vps"];
  /** The one to the VPS of a site. */
  vpsOf(siteId: string): LiveState["vps"];
  mqtt(): { link: LinkState; code: string | null };
  /** Ids of the accounts with at least one live contact. */
  registered(): string[];
}

/** What administrators are told of as it happens; each throws or gives null when it is not there any more. */
export interface Followed {
  job(id: string): Job;
  pairing(id: string): Pairing;
  testRing(id: string): TestRing;
}

export interface LiveView {
  /** What a site stands on: its own VPS, the house's broker. */
  linksOf(siteId: string): Pick<LiveState, "vps" | "mqtt">;
  state(viewer: Viewer): LiveState;
  /**
   * Sends `hello` at once and then every change that this viewer may see. `viewer` is asked before each message, so
   * that rights that were taken away are gone at once; null ends the subscription. Returns the unsubscribe.
   */
  subscribe(viewer: () => Viewer | null, send: (message: PanelMessage) => void): () => void;
}

export interface LiveOptions {
  store: Store;
  bus: EventBus;
  links: Links;
  followed?: Partial<Followed>;
  version: string;
  nowMs?: () => number;
}

/** Changes of state that come in bursts go out as one message. */
const GATHER_MS = 50;

export function liveView(options: LiveOptions): LiveView {
  const { store, bus, links, followed = {}, version } = options;
  const nowMs = options.nowMs ?? Date.now;

  function state(viewer: Viewer): LiveState {
    return {
      vps: links.vps(),
      mqtt: links.mqtt(),
      provisioning:
        viewer.unitIds === null
          ? store.provisioning.list().map((row) => {
              const { siteId, revision, liveRevision, problem } = row;
              return {
                siteId,
                revision,
                liveRevision,
                state: provisioningState(row, links.vpsOf(siteId).link),
                problem,
              };
            })
          : [],
      registered: registeredFor(viewer),
      calls: store.calls
        .activeCalls(viewer.unitIds === null ? {} : { unitIds: viewer.unitIds })
        .map((call) => seenBy(call, viewer)),
    };
  }

  function registeredFor({ unitIds, doorIds }: Viewer): string[] {
    const registered = links.registered();
    if (unitIds === null) return registered;
    const seen = new Set([...unitIds, ...(doorIds?.() ?? [])]);
    return registered.filter((accountId) => seen.has(store.accounts.get(accountId)?.unitId ?? ""));
  }

  function subscribe(viewer: () => Viewer | null, send: (message: PanelMessage) => void): () => void {
    let gathering: NodeJS.Timeout | undefined;

    function tell(message: (viewer: Viewer) => PanelMessage | null): void {
      const now = viewer();
      const out = now && message(now);
      if (out) send(out);
      if (!now) unsubscribe();
    }

    const stateSoon = (): void => {
      gathering ??= setTimeout(() => {
        gathering = undefined;
        tell((now) => ({ type: "state", state: state(now) }));
      }, GATHER_MS);
    };
    const callChanged = ({ callId, fresh }: CallChanged): void => {
      const call = store.calls.getCall(callId);
      if (!call) return;
      // An old ring would look like a new one; it only shows in the state.
      if (!fresh && call.endedAtMs === null) stateSoon();
      else tell((now) => (maySeeCall(call, now) ? { type: "call", call: seenBy(call, now) } : null));
    };
    const toAdmins = (message: () => PanelMessage | undefined): void =>
      tell((now) => (now.unitIds === null ? (message() ?? null) : null));
    const offs = [
      bus.on("callChanged", callChanged),
      bus.on("directoryChanged", ({ siteId }) => tell(() => ({ type: "directory", siteId }))),
      bus.on("provisioningChanged", stateSoon),
      bus.on("registrationsChanged", stateSoon),
      bus.on("linkChanged", stateSoon),
      // Nothing to tell: whoever may not look any more is sent away by being asked.
      bus.on("rightsChanged", () => tell(() => null)),
      bus.on("testRingChanged", ({ testId }) =>
        toAdmins(() => followed.testRing && { type: "testRing", testRing: followed.testRing(testId) }),
      ),
      bus.on("testCallDue", ({ siteId, username, testId, caller, forMs }) =>
        tell(({ device }) => {
          const isMeant = device?.siteId === siteId && device.username === username;
          return isMeant ? { type: "testCall", testCall: { testId, caller, forMs } } : null;
        }),
      ),
      bus.on("pairingChanged", ({ pairingId }) =>
        toAdmins(() => followed.pairing && { type: "pairing", pairing: followed.pairing(pairingId) }),
      ),
      bus.on("jobChanged", ({ jobId }) => toAdmins(() => followed.job && { type: "job", job: followed.job(jobId) })),
    ];
    function unsubscribe(): void {
      clearTimeout(gathering);
      for (const off of offs) off();
    }

    tell((now) => ({ type: "hello", version, nowMs: nowMs(), state: state(now) }));
    return unsubscribe;
  }

  return { linksOf: (siteId) => ({ vps: links.vpsOf(siteId), mqtt: links.mqtt() }), state, subscribe };
}

/**
 * A call as this viewer sees it: to the devices that talked it was answered here, to all others elsewhere. What only
 * the bridge needs stays behind.
 */
export function seenBy(call: CallRow, viewer: Viewer): Call {
  const { callerUnitId: _callerUnitId, ...all } = call;
  const { caller } = call;
  const label = caller.kind === "gateway" && viewer.numberOf ? viewer.numberOf(call) : caller.label;
  const seen = { ...all, caller: { ...caller, label } };
  if (seen.reason !== "answered-elsewhere" || !viewer.device || viewer.device.siteId !== call.siteId) return seen;
  const talked = [call.caller.name, call.answeredBy?.name].includes(viewer.device.username);
  return talked ? { ...seen, reason: "answered-here" } : seen;
}

export function maySeeCall(call: CallRow, viewer: Viewer): boolean {
  if (viewer.unitIds === null) return true;
  const { unitIds } = viewer;
  return [call.unitId, call.doorId, call.callerUnitId].some((id) => id !== null && unitIds.includes(id));
}
