import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "./views/call-view.ts";
import "./views/entry-view.ts";
import "./views/home-view.ts";
import "./views/incoming-view.ts";
import "./views/leave-question.ts";
import "./views/log-view.ts";
import "./views/session-view.ts";
import "./views/setup-view.ts";
import { Attention } from "./attention.ts";
import { CallFocus } from "./components/call-focus.ts";
import { icon } from "./components/icon.ts";
import { onPlainKey } from "./components/keys.ts";
import { shared, tokens } from "./components/style.ts";
import type { Host, Look } from "./host/host.ts";
import type { NativeProperties } from "./host/native-host.ts";
import { thisHost } from "./host/this-host.ts";
import { LazyScript } from "./lazy-script.ts";
import { Leaving } from "./leaving.ts";
import { type Localizer, localizer } from "./localize/localize.ts";
import { modelOf, type PanelModel, type PanelState } from "./model.ts";
import { panelStyle } from "./panel-style.ts";
import type { CallState } from "./phone/call-machine.ts";
import { phone } from "./phone/phone.ts";
import { reloadOnce } from "./reload-once.ts";
import { endKey } from "./views/end-text.ts";
import { peerOf } from "./views/names.ts";
import { ringBanner } from "./views/ring-banner.ts";

type Page = "home" | "log" | "setup";

/** The address of one call, below the panel's own. */
const CALL_PATH = /^\/call\/([0-9a-f]{32})$/;

/**
 * The panel: one element for the standalone page, the app's ingress page and Home Assistant's own panel list (there
 * `hass`, `narrow`, `route` and `panel` are set from outside). It shows the model and the phone; it holds neither.
 */
@customElement("neolia-panel")
export class NeoliaPanel extends LitElement {
  @state() private known: PanelState | null = null;
  @state() private page: Page = "home";
  @state() private look: Look | null = null;
  private properties: Partial<NativeProperties> = {};
  private host: Host | null = null;
  private t: Localizer = localizer("en");
  private model: PanelModel | null = null;
  private unsubscribes: (() => void)[] = [];
  private readonly adminScript = this.lazy(() => import("./admin/neolia-admin.ts"));
  private readonly deskScript = this.lazy(() => import("./desk/neolia-desk.ts"));
  private readonly deviceScript = this.lazy(() => import("./device/device-page.ts"));
  private offKeys: () => void = () => {};
  private readonly attention = new Attention();
  private readonly focusKept = new CallFocus();
  private readonly leaving = new Leaving(() => this.followHost());

  static override styles = [tokens, shared, panelStyle];

  set hass(hass: NativeProperties["hass"]) {
    this.take({ hass });
  }

  set narrow(narrow: boolean) {
    this.take({ narrow });
  }

  set route(route: NativeProperties["route"]) {
    this.take({ route });
  }

  set panel(panel: NativeProperties["panel"]) {
    this.take({ panel });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.attend(thisHost(this.properties));
    const offTyping = this.focusKept.attend();
    const offKeys = onPlainKey((key) => this.onKey(key));
    const offLeaving = this.leaving.attend();
    this.offKeys = () => {
      offTyping();
      offKeys();
      offLeaving();
    };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leave();
    this.offKeys();
    this.attention.flash(null);
  }

  private take(change: Partial<NativeProperties>): void {
    this.properties = { ...this.properties, ...change };
    if (this.host === null) return;
    const host = thisHost(this.properties);
    if (host === this.host) return;
    this.leave();
    this.attend(host);
  }

  private attend(host: Host): void {
    const model = modelOf(host);
    this.host = host;
    this.model = model;
    this.followHost();
    const know = (known: PanelState): void => {
      this.known = known;
    };
    this.unsubscribes = [host.subscribe(this.followHost), model.subscribe(know)];
    model.start();
    ringBanner.count(1);
    if (host.kind === "native") ringBanner.attend(host, model);
  }

  private leave(): void {
    for (const unsubscribe of this.unsubscribes.splice(0)) unsubscribe();
    this.host = null;
    ringBanner.count(-1);
  }

  private followHost = (): void => {
    const { host } = this;
    if (host === null) return;
    const { look } = host;
    this.follow({ ...look, path: this.leaving.follow(look.path, host) });
  };

  private follow(look: Look): void {
    if (look.path !== this.look?.path) this.model?.showCall(CALL_PATH.exec(look.path)?.[1] ?? null);
    if (look.locale !== this.t.locale) this.t = localizer(look.locale);
    this.setAttribute("host", this.host?.kind ?? "");
    this.setAttribute("theme", look.theme);
    this.setAttribute("safe-area", look.safeArea);
    this.lang = look.locale;
    // Home Assistant may be Arabic or Hebrew; we speak neither, and the language that we fall back to reads from left to right.
    this.dir = "ltr";
    this.look = look;
  }

  protected override render(): TemplateResult {
    const calling = (this.known?.phone.call.phase ?? "idle") !== "idle";
    return html`
      ${this.look?.menu === true && !calling && !this.administers && !this.atDesk ? this.renderBar() : nothing}
      <main class=${calling || this.administers || this.atDesk ? "whole" : ""}>${this.renderView()} ${this.renderForm(calling)} ${this.renderAdmin(calling)} ${this.renderDesk(calling)}</main>
      ${this.renderQuestion(calling)}
      <div class="unseen" role="alert">${this.announcement()}</div>
    `;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.phaseBefore(changed) !== "idle" || this.phase === "idle") return;
    this.focusKept.leave(this.phase === "incoming");
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!(changed as Map<string, unknown>).has("known")) return;
    const before = (changed as Map<string, unknown>).get("known") as PanelState | null | undefined;
    const { phase } = this;
    const earlier = before?.phone.call.phase ?? "idle";
    if (before?.device === null && this.known?.device !== null) this.showTop();
    const waits = this.known?.phone.waiting != null;
    if (phase === earlier && waits === (before?.phone.waiting != null)) return;
    this.attention.flash(phase === "incoming" || waits ? `🔔 ${this.announcement()}` : null);
    if (phase === earlier) return;
    this.showTop();
    void this.attention.keepAwake(phase !== "idle" && phase !== "ended");
    if (phase === "incoming") void this.focusAnswer();
    if (phase === "idle") void this.focusAsBefore();
  }

  /** It steps aside for a call, as all dialogs do, and is asked again behind it. */
  private renderQuestion(calling: boolean): TemplateResult | typeof nothing {
    const { question } = this.leaving;
    if (question === null || calling) return nothing;
    return html`<neolia-leave-question .t=${this.t} .question=${question}></neolia-leave-question>`;
  }

  private get phase(): CallState["phase"] {
    return this.known?.phone.call.phase ?? "idle";
  }

  /** The call's phase before this change of the element. */
  private phaseBefore(changed: PropertyValues<this>): CallState["phase"] {
    if (!(changed as Map<string, unknown>).has("known")) return this.phase;
    const before = (changed as Map<string, unknown>).get("known") as PanelState | null | undefined;
    return before?.phone.call.phase ?? "idle";
  }

  /** A new view starts at its top, wherever the last one was scrolled to. */
  private showTop(): void {
    this.scrollTop = 0;
  }

  private renderView(): TemplateResult | typeof nothing {
    const { known, t, model } = this;
    if (known === null || model === null || known.session === "checking") return this.renderWait();
    if (known.session !== "signed-in") {
      return html`<neolia-session-view .t=${t} .session=${known.session}
        .claim=${(code: string) => model.claim(code)} .pairing=${known.pairing}
        @sign-in=${(event: CustomEvent<string>) => void model.signIn(event.detail)}></neolia-session-view>`;
    }
    const call = this.renderCall(known);
    if (call !== null) return call;
    if (this.administers || this.atDesk || this.form !== null) return nothing;
    if (known.device == null) return this.renderWait();
    if (known.entry !== null) {
      return html`<neolia-entry-view .t=${t} .panel=${known} .call=${known.entry.call}
        .username=${known.device.sip.username} @done=${this.leaveEntry} @log=${this.entryToLog}></neolia-entry-view>`;
    }
    if (this.page === "log") {
      return html`<neolia-log-view .t=${t} .panel=${known} .username=${known.device.sip.username}
        @done=${this.goHome} @more=${() => void model.loadLog(true)}></neolia-log-view>`;
    }
    return html`<neolia-home-view .t=${t} .panel=${known} .device=${known.device} @go=${this.go}
      @dismiss-problem=${() => model.dismissProblem()} @keep-quiet=${this.keepQuiet} @administer=${this.administer} @orders=${this.openDesk}></neolia-home-view>`;
  }

  private keepQuiet = (event: CustomEvent<boolean>): void => {
    void this.model?.keepQuiet(event.detail);
  };

  /** An administrator's address, and still an administrator. */
  private get administers(): boolean {
    const { known, look } = this;
    return known?.session === "signed-in" && known.role === "admin" && /^\/admin(\/|$)/.test(look?.path ?? "");
  }

  /** The desk's address, and still somebody who works there. Staff who live nowhere here have nothing else to see. */
  private get atDesk(): boolean {
    const { known, look } = this;
    if (known?.session !== "signed-in" || !known.desk || this.administers) return false;
    if (/^\/desk(\/|$)/.test(look?.path ?? "")) return true;
    return known.role !== "admin" && known.device === null && known.directory?.units.length === 0;
  }

  /** It stays in the page behind a call: its bell rings on, and nothing typed is lost. */
  private renderDesk(calling: boolean): TemplateResult | typeof nothing {
    const { host, model, known, look } = this;
    if (!this.atDesk || host === null || model === null || known === null || look === null) return nothing;
    const waiting = this.renderScript(this.deskScript, calling);
    if (waiting !== null) return waiting;
    return html`<neolia-desk ?hidden=${calling} .calling=${calling} .host=${host} .model=${model} .panel=${known}
      .locale=${look.locale} .path=${look.path} .menu=${look.menu}></neolia-desk>`;
  }

  /** What stands in the place of pages whose script is not here (yet); null: it is here. */
  private renderScript(script: LazyScript, calling = false): TemplateResult | typeof nothing | null {
    if (script.state === "here") return null;
    void script.load(async () => this.model?.lookAgain());
    if (script.state === "failed") {
      return html`<p class="wait" role="alert" ?hidden=${calling}>${this.t("admin.loadFailed")}
        <button @click=${() => location.reload()}>${this.t("admin.reload")}</button></p>`;
    }
    return calling ? nothing : this.renderWait();
  }

  private lazy(fetch: () => Promise<unknown>): LazyScript {
    return new LazyScript(fetch, {
      changed: () => this.requestUpdate(),
      // The bridge answers all else, and nothing is lost: no call is on, and no page is open that somebody writes in.
      stuck: () => {
        if (this.known?.live.up === true && this.phase === "idle") reloadOnce();
      },
    });
  }

  private openDesk = (): void => {
    this.host?.goTo("/desk", "push");
  };

  /** It stays in the page behind a call, with all that was typed into it. */
  private renderAdmin(calling: boolean): TemplateResult | typeof nothing {
    const { host, model, known, look } = this;
    if (!this.administers || host === null || model === null || known === null || look === null) return nothing;
    const waiting = this.renderScript(this.adminScript, calling);
    if (waiting !== null) return waiting;
    return html`<neolia-admin ?hidden=${calling} .calling=${calling} .host=${host} .model=${model} .panel=${known}
      .locale=${look.locale} .path=${look.path} .menu=${look.menu}></neolia-admin>`;
  }

  /** A page of this device with fields to fill in. */
  private get form(): "device" | "setup" | null {
    const { known, look } = this;
    if (known?.session !== "signed-in" || this.administers || this.atDesk) return null;
    if (look?.path === "/device") return "device";
    if (known.device === undefined) return null;
    return known.device === null || this.page === "setup" ? "setup" : null;
  }

  /** It stays in the page behind a call, with all that was typed into it. */
  private renderForm(calling: boolean): TemplateResult | typeof nothing {
    const { form, known, t, model, host, look } = this;
    if (form === null || known === null || model === null || host === null || look === null) return nothing;
    if (form === "device") return this.renderDevice(known, model, host, look, calling);
    return html`<neolia-setup-view ?hidden=${calling} .t=${t} .directory=${known.directory} .device=${known.device ?? null} .notices=${known.notices}
      .viewer=${known.role} .save=${(unitId: string, label: string) => model.setUp(unitId, label)} @done=${this.goHome}
      .claim=${(code: string) => model.claim(code)} .pairing=${known.pairing}
      .desk=${known.desk} @orders=${this.openDesk} @administer=${this.administer} @open-device=${this.openDevice}></neolia-setup-view>`;
  }

  /** Loaded when somebody opens it, like the installer's pages. */
  private renderDevice(
    known: PanelState,
    model: PanelModel,
    host: Host,
    look: Look,
    calling: boolean,
  ): TemplateResult | typeof nothing {
    const waiting = this.renderScript(this.deviceScript, calling);
    if (waiting !== null) return waiting;
    return html`<neolia-device-page ?hidden=${calling} .locale=${look.locale} .panel=${known} .model=${model} @setup=${this.openSetup}
      @done=${() => host.goTo("", "push")}></neolia-device-page>`;
  }

  private openDevice = (): void => {
    this.host?.goTo("/device", "push");
  };

  private openSetup = (): void => {
    this.page = "setup";
    this.host?.goTo("", "push");
  };

  private administer = (): void => {
    this.host?.goTo("/admin", "push");
  };

  private renderCall(known: PanelState): TemplateResult | null {
    const { call, microphone } = known.phone;
    const { t } = this;
    switch (call.phase) {
      case "idle":
        return null;
      case "incoming":
      case "answering":
        return html`<neolia-incoming-view .t=${t} .call=${call} .peer=${peerOf(call.call, known, t)} .waiting=${this.waiting()}
          .microphone=${microphone} .api=${this.model?.api}></neolia-incoming-view>`;
      case "outgoing":
      case "active":
      case "ended":
        return html`<neolia-call-view .t=${t} .call=${call} .peer=${peerOf(call.call, known, t)} .waiting=${this.waiting()}
          .api=${this.model?.api}></neolia-call-view>`;
    }
  }

  /** Name of who rings behind the call that is on; null: nobody does. */
  private waiting(): string | null {
    const { known, t } = this;
    return known?.phone.waiting == null ? null : peerOf(known.phone.waiting, known, t).name;
  }

  /** Home Assistant's own pages have the same bar. */
  private renderBar(): TemplateResult {
    return html`
      <div class="bar">
        <button aria-label=${this.t("bar.menu")} @click=${this.toggleMenu}>${icon("menu")}</button>
        <span>${this.t("bar.title")}</span>
      </div>
    `;
  }

  private toggleMenu = (): void => {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  };

  private renderWait(): TemplateResult {
    return html`<p class="wait" role="status">${this.t("home.loading")}</p>`;
  }

  /** What a screen reader hears at once. */
  private announcement(): string {
    const { known, t } = this;
    if (known === null) return "";
    const { call } = known.phone;
    const waiting = this.waiting();
    if (waiting !== null) return t("waiting.title", { name: waiting });
    switch (call.phase) {
      case "incoming":
        return t("incoming.title", { name: peerOf(call.call, known, t).name });
      case "active":
        return call.media.flow === "silent"
          ? t("call.silent")
          : t("call.active", { name: peerOf(call.call, known, t).name });
      case "ended":
        return t(endKey(call));
      case "idle":
      case "answering":
      case "outgoing":
        return "";
    }
  }

  /** True: the key was meant for the panel. */
  private onKey(key: string): boolean {
    const phase = this.known?.phone.call.phase;
    if (phase === "incoming") {
      if (key === "a") phone.command({ type: "answer" });
      else if (key === "d") phone.command({ type: "decline" });
      else if (key === "Escape") phone.command({ type: "silence" });
      else return false;
      return true;
    }
    if (phase !== "idle" || key !== "Escape") return false;
    if (this.known?.entry != null) this.leaveEntry();
    else if (this.page !== "home") this.goHome();
    else return false;
    return true;
  }

  private go = (event: CustomEvent<Page>): void => {
    this.page = event.detail;
    this.showTop();
    if (this.page === "log") void this.model?.loadLog();
  };

  /** The address no longer asks for the call, so that the same link leads here again. */
  private leaveEntry = (): void => {
    this.model?.showCall(null);
    this.host?.goTo("");
    this.showTop();
    void this.focusHeading();
  };

  private entryToLog = (): void => {
    this.page = "log";
    void this.model?.loadLog();
    this.leaveEntry();
  };

  private goHome = (): void => {
    if (this.page === "log") this.model?.markLogSeen();
    if (this.page === "home") return;
    this.page = "home";
    this.showTop();
    void this.focusHeading();
  };

  /** Enter and Space answer from the first moment; a dialog has to step aside first, for it lets go of no focus. */
  private async focusAnswer(): Promise<void> {
    await this.settled();
    const view = this.renderRoot.querySelector("neolia-incoming-view");
    view?.shadowRoot?.querySelector<HTMLButtonElement>("button.go")?.focus();
  }

  /** Back from a call: a person at the keyboard stands where they stood, or else at the top. */
  private async focusAsBefore(): Promise<void> {
    await this.settled();
    if (!this.focusKept.back()) await this.focusHeading();
  }

  /** Everything in it is as it will be. */
  private async settled(): Promise<void> {
    await this.updateComplete;
    for (const view of this.renderRoot.querySelectorAll<LitElement>("main > *")) await view.updateComplete;
  }

  private async focusHeading(): Promise<void> {
    await this.updateComplete;
    const view = this.renderRoot.querySelector<LitElement>("main > :not([hidden])");
    await view?.updateComplete;
    view?.shadowRoot?.querySelector<HTMLElement>("h1")?.focus();
  }
}
