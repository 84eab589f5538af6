/**
 * What the panel knows: session, device, directory, live state, call log and phone, in one snapshot. It lives as long
 * as the page, because Home Assistant takes the element out of the document while the tab is hidden.
 */
import { type Api, ApiError, createApi } from "./data/api.ts";
import { type Call, fetchCall, fetchCalls, summarize } from "./data/calls.ts";
import { type Device, fetchDevice, fetchIceServers, putDevice } from "./data/device.ts";
import { claimPairing } from "./data/devices.ts";
import { type Directory, fetchDirectory } from "./data/directory.ts";
import { LiveLink, type LiveState, type PanelMessage } from "./data/live.ts";
import { fetchSession, type Session, signIn, takePairingFromAddress, takeTokenFromAddress } from "./data/session.ts";
import { HealthReporter } from "./health-report.ts";
import type { Host } from "./host/host.ts";
import { deviceId, newDeviceId } from "./phone/device-id.ts";
import { manualAccount } from "./phone/manual-account.ts";
import { phone } from "./phone/phone.ts";
import type { PhoneState } from "./phone/phone-state.ts";

export type SessionState =
  | "checking"
  | "signed-in"
  /** Standalone: the token is asked for; it was wrong; nobody answers. */
  | "needed"
  | "wrong"
  | "unreachable"
  /** Home Assistant gives no session now; tried again. */
  | "ended"
  /** Home Assistant does not let this user in any more. */
  | "stranger";

export interface PanelState {
  session: SessionState;
  /** null until the bridge has said so. It may change at any time: whoever shows an administrator's page watches it. */
  role: Session["role"] | null;
  /** Works at the restaurant's desk. */
  desk: boolean;
  /** The bridge was updated since this page was loaded. */
  outdated: boolean;
  /** What the bridge wants an administrator to know, in its own words. */
  notices: string[];
  /** undefined: not asked yet; null: this browser has not been set up. */
  device: Device | null | undefined;
  directory: Directory | null;
  live: { up: boolean | null; state: LiveState | null };
  log: { calls: Call[] | null; nextBefore: number | null; seenAtMs: number };
  /** The one call that the address asks for; `call` undefined: not fetched yet, null: not this viewer's. */
  entry: { callId: string; call: Call | null | undefined } | null;
  phone: PhoneState;
  /** Code of the last thing that failed and that a person should know of. */
  problem: string | null;
  /** What the pairing link of the address came to: a code; ALREADY_PAIRED: it has paired this very browser before. */
  pairing: string | null;
}

const RETRY_MS = 2_000;
/** Whoever loses rights shall not see for longer what is no longer theirs. It also keeps Home Assistant's session alive. */
const LOOK_AGAIN_MS = 30_000;
/** A wall panel runs for months: calls that came in live do not pile up for ever. */
const LOG_KEPT = 200;
const SEEN_KEY = "neolia.logSeen";
/** The link or code that paired this browser. It opens nothing any more: only this browser still knows what it was for. */
const PAIRED_KEY = "neolia.pairedBy";

export class PanelModel {
  /** For the pages of the installer, which bring requests of their own. */
  readonly api: Api;
  private readonly host: Host;
  private deviceId = deviceId();
  private version: string | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private reload: ReturnType<typeof setTimeout> | undefined;
  private readonly live: LiveLink;
  private readonly reporter: HealthReporter;
  private readonly listeners = new Set<(state: PanelState) => void>();
  private readonly messageListeners = new Set<(message: PanelMessage) => void>();
  private started = false;
  private loading: "no" | "yes" | "again" = "no";
  private current: PanelState = {
    session: "checking",
    role: null,
    desk: false,
    outdated: false,
    notices: [],
    device: undefined,
    directory: null,
    live: { up: null, state: null },
    log: { calls: null, nextBefore: null, seenAtMs: Number(localStorage.getItem(SEEN_KEY) ?? 0) },
    entry: null,
    phone: phone.state,
    problem: null,
    pairing: null,
  };

  constructor(host: Host) {
    this.host = host;
    this.api = createApi(host);
    this.reporter = new HealthReporter(this.api, phone, () => this.current.device?.deviceId ?? null);
    this.live = new LiveLink(this.api, () => this.deviceId, {
      link: (up) => {
        const missedSomething = this.current.live.up === false;
        this.update({ live: { ...this.current.live, up } });
        if (up && missedSomething) void this.load();
      },
      state: (state) => {
        const before = this.current.live.state;
        this.update({ live: { up: true, state } });
        // A new account has just become known to the server.
        if (!isProvisioned(before) && isProvisioned(state)) phone.wake();
      },
      call: (call) => this.called(call),
      directory: () => void this.load(),
      message: (message) => {
        if (message.type === "testCall") void this.reporter.takeTest(message.testCall);
        for (const listener of this.messageListeners) listener(message);
      },
      refused: () => void this.checkSession(),
    });
  }

  get state(): PanelState {
    return this.current;
  }

  /** Calls back now and at each change. Returns its unsubscribe. */
  subscribe(listener: (state: PanelState) => void): () => void {
    this.listeners.add(listener);
    listener(this.current);
    return () => this.listeners.delete(listener);
  }

  /** Calls back with everything that the bridge pushes. Returns its unsubscribe. */
  onMessage(listener: (message: PanelMessage) => void): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  /** Begins once; the page's life is the model's. */
  start(): void {
    if (this.started) return;
    this.started = true;
    phone.subscribe((state) => {
      this.update({ phone: state });
      this.host.inCall?.(!["idle", "ended"].includes(state.call.phase));
    });
    phone.start();
    this.reporter.start();
    const secret = takePairingFromAddress();
    const token = takeTokenFromAddress();
    if (secret !== null) void this.claimFromAddress(secret);
    else void (token === null ? this.checkSession() : this.signIn(token));
    // A pairing link opened where the panel is open already only changes the fragment.
    window.addEventListener("hashchange", () => {
      const late = takePairingFromAddress();
      if (late !== null) void this.claimFromAddress(late);
    });
    setInterval(() => void this.lookAgain(), LOOK_AGAIN_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.lookAgain();
    });
  }

  async signIn(token: string): Promise<void> {
    try {
      this.signedIn(await signIn(this.api, token.trim()));
    } catch (error) {
      this.update({ session: isRefusal(error) ? "wrong" : "unreachable" });
      if (!isRefusal(error)) setTimeout(() => void this.signIn(token), RETRY_MS);
    }
  }

  /** Makes this browser a panel of the unit. Throws ApiError. */
  async setUp(unitId: string, label: string): Promise<void> {
    try {
      this.adopt(await putDevice(this.api, this.deviceId, { unitId, label }));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "DEVICE_UNKNOWN")) throw error;
      // The account belongs to a unit that is not this user's: who moved, or shares the browser, gets one of their own.
      this.deviceId = newDeviceId();
      this.adopt(await putDevice(this.api, this.deviceId, { unitId, label }));
      this.live.start();
    }
  }

  /** SIP settings were entered on this device, or taken back. */
  accountChosen(): void {
    if (this.current.device != null) this.adopt(this.current.device);
  }

  /** Makes this browser the panel that the code or link is for. Throws ApiError. */
  async claim(typed: string): Promise<void> {
    const secret = typed.replace(/[^A-Za-z0-9_-]/g, "");
    // The bridge would call it a bad request.
    if (secret.length < 8) throw new ApiError("PAIRING_INVALID", 404);
    const device = await claimPairing(this.api, { secret, deviceId: this.deviceId });
    localStorage.setItem(PAIRED_KEY, secret);
    this.update({ pairing: null });
    this.adopt(device);
    await this.checkSession();
  }

  /** A link that is opened once more where it has paired says so; to anybody else it is like any other wrong one. */
  private async claimFromAddress(secret: string): Promise<void> {
    const isOurs = localStorage.getItem(PAIRED_KEY) === secret;
    try {
      await this.claim(secret);
      if (isOurs) this.update({ pairing: "ALREADY_PAIRED" });
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "INTERNAL";
      await this.checkSession();
      this.update({ pairing: isOurs && code === "PAIRING_INVALID" ? "ALREADY_PAIRED" : code });
    }
  }

  async loadLog(older = false): Promise<void> {
    const { calls, nextBefore } = this.current.log;
    try {
      const page = await fetchCalls(this.api, this.deviceId, older ? nextBefore : null);
      const kept = older ? (calls ?? []) : [];
      this.update({ log: { ...this.current.log, calls: [...kept, ...page.calls], nextBefore: page.nextBefore } });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Which call the address asks for; null: none. */
  showCall(callId: string | null): void {
    if ((this.current.entry?.callId ?? null) === callId) return;
    this.update({ entry: callId === null ? null : { callId, call: undefined } });
    if (this.current.session === "signed-in") void this.loadEntry();
  }

  private async loadEntry(): Promise<void> {
    const callId = this.current.entry?.callId;
    if (callId === undefined) return;
    try {
      const call = await fetchCall(this.api, this.deviceId, callId);
      if (this.current.entry?.callId === callId) this.update({ entry: { callId, call } });
    } catch (error) {
      this.fail(error);
    }
  }

  /** The person has looked at the log: what was missed is no longer news. */
  markLogSeen(): void {
    const seenAtMs = Date.now();
    localStorage.setItem(SEEN_KEY, String(seenAtMs));
    this.update({ log: { ...this.current.log, seenAtMs } });
  }

  /** Whether this device's unit is rung; every device of it shows it. */
  async keepQuiet(on: boolean): Promise<void> {
    const { device } = this.current;
    if (!device) return;
    try {
      await this.api.send("PUT", `api/units/${device.unitId}/do-not-disturb`, { on });
      await this.load();
    } catch (error) {
      this.update({ problem: error instanceof ApiError ? error.code : "INTERNAL" });
    }
  }

  dismissProblem(): void {
    this.update({ problem: null, pairing: null });
  }

  /** Asks anew who is asking: rights may have gone, or Home Assistant's session. */
  async lookAgain(): Promise<void> {
    // A paired panel is known again once its site is restored into a Neolia that has just begun, and nobody stands before it.
    if (this.current.session === "signed-in" || this.current.session === "needed") await this.checkSession();
  }

  private async checkSession(): Promise<void> {
    try {
      this.signedIn(await fetchSession(this.api));
    } catch (error) {
      this.sessionRefused(error);
    }
  }

  private sessionRefused(error: unknown): void {
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 401 && this.host.kind === "standalone") {
      if (error instanceof ApiError && error.details.empty === true && this.isPaired()) return;
      this.lock("needed");
      return;
    }
    // The phone does not need the bridge: what is on screen stays, and the lost link is told on its own.
    if (status !== 403 && this.current.session === "signed-in") return;
    if (status === 403) this.lock("stranger");
    else this.update({ session: status === 401 ? "ended" : "unreachable" });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.checkSession(), RETRY_MS);
  }

  /**
   * A Neolia without any site has just begun, and most likely waits for its backup: it cannot know that this device was
   * removed. The VPS does, and ends the login then; until that the phone rings on.
   */
  private isPaired(): boolean {
    return this.current.session === "signed-in" && this.current.device != null;
  }

  /** Shows and keeps nothing of what was this user's. */
  private lock(session: SessionState): void {
    this.live.stop();
    phone.configure(null);
    const log = { ...this.current.log, calls: null, nextBefore: null };
    this.update({ session, role: null, desk: false, notices: [], device: undefined, directory: null, log });
    this.update({ live: { up: null, state: null } });
  }

  private signedIn({ role, desk, notices, version }: Session): void {
    const before = this.current;
    this.version ??= version;
    this.update({ session: "signed-in", role, desk, notices, outdated: version !== this.version });
    if (before.session !== "signed-in") this.live.start();
    else if (before.role === role) return;
    void this.load();
  }

  /** Fetches the lists and this device anew. Asked again meanwhile, it runs once more afterwards. */
  private async load(): Promise<void> {
    if (this.loading !== "no") {
      this.loading = "again";
      return;
    }
    this.loading = "yes";
    await this.fetchAll();
    const again = this.isAskedAgain();
    this.loading = "no";
    if (again) await this.load();
  }

  /** Its own function: the value changes during an await. */
  private isAskedAgain(): boolean {
    return this.loading === "again";
  }

  private async fetchAll(): Promise<void> {
    try {
      const [directory, device] = await Promise.all([fetchDirectory(this.api), fetchDevice(this.api, this.deviceId)]);
      if (device === null && this.isPaired() && (await fetchSession(this.api)).empty) return;
      this.update({ directory });
      if (device === null) {
        this.update({ device: null, problem: null });
        phone.configure(null);
      } else {
        this.adopt(device);
      }
      await Promise.all([this.loadLog(), this.loadEntry()]);
    } catch (error) {
      this.fail(error);
      // Without lists there is nothing to show, whatever the reason: a session that came a moment late, for one.
      if (!isPassing(error) && this.current.directory !== null) return;
      // A slow start, a restart: nothing else would ask again before something changes.
      clearTimeout(this.reload);
      this.reload = setTimeout(() => {
        if (this.current.session === "signed-in") void this.load();
      }, RETRY_MS);
    }
  }

  private adopt(device: Device): void {
    this.update({ device, problem: null });
    const { username, domain, ha1, uri } = manualAccount() ?? device.sip;
    if (uri === null) {
      phone.configure(null);
      return;
    }
    phone.configure({
      account: { deviceId: device.deviceId, username, domain, ha1, uri },
      iceServers: () => fetchIceServers(this.api, this.deviceId),
      isFresh: (callId) => !this.isOver(callId),
      onCredentialsRefused: () => void this.load(),
    });
  }

  private called(call: Call): void {
    const { log, entry } = this.current;
    if (entry?.callId === call.callId) this.update({ entry: { callId: call.callId, call } });
    const others = (log.calls ?? []).filter((known) => known.callId !== call.callId);
    const calls = [call, ...others].sort((a, b) => b.startedAtMs - a.startedAtMs);
    this.update({
      log: { ...log, calls: calls.slice(0, Math.max(LOG_KEPT, others.length)) },
      live: { ...this.current.live, state: withCall(this.current.live.state, call) },
    });
  }

  private isOver(callId: string): boolean {
    return (this.current.log.calls ?? []).some((call) => call.callId === callId && call.endedAtMs !== null);
  }

  private fail(error: unknown): void {
    if (isRefusal(error)) void this.checkSession();
    else if (error instanceof ApiError && error.status === 0 && this.current.live.up === false) return;
    else this.update({ problem: error instanceof ApiError ? error.code : "INTERNAL" });
  }

  private update(change: Partial<PanelState>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener(this.current);
  }
}

/** Missed calls that the person has not seen in the log yet. */
export function missedCount(state: PanelState): number {
  const username = state.device?.sip.username;
  if (username === undefined) return 0;
  return (state.log.calls ?? []).filter(
    (call) => call.startedAtMs > state.log.seenAtMs && summarize(call, username).missed,
  ).length;
}

/** The live state with this call as it is now; without it once it has ended. */
function withCall(live: LiveState | null, call: Call): LiveState | null {
  if (live === null) return null;
  const others = live.calls.filter((known) => known.callId !== call.callId);
  return { ...live, calls: call.endedAtMs === null ? [...others, call] : others };
}

function isProvisioned(live: LiveState | null): boolean {
  return live?.provisioning.every((site) => site.liveRevision === site.revision) ?? false;
}

/** No answer, or one that says "not now". */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

let model: PanelModel | null = null;

/** The one model of the page. */
export function modelOf(host: Host): PanelModel {
  model ??= new PanelModel(host);
  return model;
}
