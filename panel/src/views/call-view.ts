import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../components/keypad.ts";
import { icon } from "../components/icon.ts";
import { onPlainKey } from "../components/keys.ts";
import { shared } from "../components/style.ts";
import type { Api } from "../data/api.ts";
import { duration, type Localizer } from "../localize/localize.ts";
import type { CallState } from "../phone/call-machine.ts";
import { phone } from "../phone/phone.ts";
import "../video/door-picture.ts";
import { endKey, isTrouble } from "./end-text.ts";
import { LONG_NAME, type Peer } from "./names.ts";

/** Sound comes within a fraction of a second; only then is its absence worth a word. */
const SOON_MS = 1_200;

type ShownCall = Extract<CallState, { phase: "outgoing" | "active" | "ended" }>;

/** A call of ours: being placed, running, just over. */
@customElement("neolia-call-view")
export class CallView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) call!: ShownCall;
  @property({ attribute: false }) peer!: Peer;

  @property({ attribute: false }) api: Api | undefined;
  /** Who rings meanwhile. */
  @property({ attribute: false }) waiting: string | null = null;
  @state() private pictured = false;
  @state() private keypad = false;
  @state() private sent = "";
  @state() private nowMs = Date.now();
  private offKeys: () => void = () => {};
  private ticker: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 16px;
        grid-template-rows: minmax(0, 1fr) auto;
        padding: clamp(16px, 3vw, 32px);
      }
      :host([waits]) {
        grid-template-rows: auto minmax(0, 1fr) auto;
      }
      .waiting {
        align-items: center;
        background: var(--nl-surface);
        border: 2px solid var(--nl-accent);
        border-radius: var(--nl-radius);
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
        padding: 10px 12px 10px 20px;
      }
      .waiting p {
        align-items: center;
        display: flex;
        flex: 1 1 12ch;
        gap: 10px;
        font-size: 20px;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .stage {
        align-items: center;
        display: flex;
        gap: 16px clamp(24px, 6vw, 72px);
        justify-content: safe center;
        overflow: auto;
      }
      .who {
        display: grid;
        flex: 0 1 auto;
        gap: clamp(6px, 2vh, 14px);
        margin-block: auto;
        justify-items: center;
        text-align: center;
      }
      .picture {
        align-items: center;
        background: var(--nl-accent-soft);
        block-size: clamp(56px, 10vh, 104px);
        border-radius: 29%;
        color: var(--nl-accent-text);
        display: flex;
        font-size: clamp(30px, 5.4vh, 56px);
        inline-size: clamp(56px, 10vh, 104px);
        justify-content: center;
      }
      .pictured .picture {
        display: none;
      }
      .pictured .who {
        flex: 0 0 auto;
        max-inline-size: 40%;
      }
      .pictured h1 {
        font-size: clamp(24px, 3.4vw, 40px);
      }
      .pictured .hint {
        max-inline-size: 34ch;
      }
      neolia-door-picture[shown] {
        block-size: 100%;
        flex: 1 1 auto;
        min-block-size: 120px;
        min-inline-size: 0;
      }
      h1 {
        font-size: clamp(34px, 6vw, 56px);
        letter-spacing: -0.02em;
        line-height: 1.08;
        overflow-wrap: anywhere;
      }
      h1.long {
        font-size: clamp(28px, min(4.4vw, 7vh), 44px);
      }
      .time {
        font-size: clamp(40px, 6vw, 60px);
        font-variant-numeric: tabular-nums;
        line-height: 1;
      }
      .line {
        color: var(--nl-muted);
        font-size: 22px;
        max-inline-size: 40ch;
      }
      .line.bad {
        color: var(--nl-bad);
        font-weight: 600;
      }
      .hint {
        color: var(--nl-muted);
        max-inline-size: 66ch;
      }
      .keys {
        display: grid;
        flex: none;
        gap: 10px;
        justify-items: center;
        margin-block: auto;
      }
      .sent {
        font-size: 22px;
        font-variant-numeric: tabular-nums;
        min-block-size: 1.3em;
      }
      .buttons {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fit, minmax(96px, 1fr));
        inline-size: min(100%, 900px);
        justify-self: center;
      }
      .buttons.one {
        inline-size: min(100%, 420px);
      }
      .buttons button {
        border-radius: 26px;
        flex-direction: column;
        font-size: 20px;
        font-weight: 600;
        gap: 8px;
        min-block-size: clamp(76px, 17vh, 104px);
        padding-inline: 8px;
      }
      .buttons svg {
        font-size: 34px;
      }
      button[aria-pressed="true"] {
        background: var(--nl-accent-soft);
        border-color: var(--nl-accent);
        color: var(--nl-accent-text);
      }
      @media (max-width: 560px) {
        .waiting {
          gap: 8px;
          padding: 10px;
        }
        .waiting p {
          flex-basis: 100%;
          font-size: 18px;
        }
        .waiting button {
          flex: 1 1 auto;
          font-size: 16px;
          min-block-size: 48px;
          padding-inline: 12px;
        }
        .waiting button svg {
          display: none;
        }
        .stage {
          flex-direction: column;
        }
        .pictured .who {
          max-inline-size: 100%;
        }
        .pictured .hint,
        .who.compact .picture,
        .who.compact .hint {
          display: none;
        }
        .buttons {
          gap: 10px;
        }
        .buttons button {
          font-size: 16px;
          padding-inline: 4px;
        }
      }
      /* A small telephone: every key is on the screen, the one that opens the door among them. */
      @media (max-width: 560px) and (max-height: 640px) {
        .buttons.tight {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
        .tight button {
          min-block-size: 60px;
        }
        .tight .text {
          block-size: 1px;
          clip-path: inset(50%);
          inline-size: 1px;
          overflow: hidden;
          position: absolute;
        }
        .who.compact h1 {
          font-size: 22px;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.ticker = setInterval(() => {
      this.nowMs = Date.now();
    }, 500);
    this.offKeys = onPlainKey((key) => this.onKey(key));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticker);
    this.offKeys();
  }

  protected override willUpdate(): void {
    this.toggleAttribute("waits", this.waiting !== null);
  }

  protected override render(): TemplateResult {
    const { peer, call } = this;
    return html`
      ${this.waiting === null ? nothing : this.renderWaiting(this.waiting)}
      <div class="stage ${this.pictured && call.phase !== "ended" ? "pictured" : ""}">
        ${this.renderPicture()}
        <div class="who ${this.keypad ? "compact" : ""}">
          <span class="picture">${icon(peer.isDoor ? "door" : "unit")}</span>
          <h1 tabindex="-1" class=${peer.name.length > LONG_NAME ? "long" : ""}>${peer.name}</h1>
          ${this.renderProgress()}
        </div>
        ${this.keypad && call.phase === "active" ? this.renderKeypad() : nothing}
      </div>
      <div class="buttons ${call.phase !== "active" ? "one" : this.keypad ? "tight" : ""}">${this.renderButtons()}</div>
    `;
  }

  /** A second door: the call here goes on until somebody decides. */
  private renderWaiting(name: string): TemplateResult {
    const { t } = this;
    return html`
      <section class="waiting" aria-label=${t("waiting.title", { name })}>
        <p>${icon("bell")} ${t("waiting.title", { name })}</p>
        <button class="stop" aria-keyshortcuts="d" @click=${this.declineWaiting}>${t("waiting.decline")}</button>
        <button class="go" aria-keyshortcuts="a" @click=${this.takeWaiting}>${icon("phone")} ${t("waiting.take")}</button>
      </section>
    `;
  }

  private takeWaiting = (): void => {
    phone.command({ type: "take-waiting" });
  };

  private declineWaiting = (): void => {
    phone.command({ type: "decline-waiting" });
  };

  protected override firstUpdated(): void {
    // Not a button: Enter held down to answer would repeat into whatever has the focus next.
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  /** Gone with the call: the camera need not go on. */
  private renderPicture(): TemplateResult | typeof nothing {
    const { t, api, peer, call } = this;
    if (peer.cameraOf === null || api === undefined || call.phase === "ended") return nothing;
    return html`<neolia-door-picture .t=${t} .api=${api} .doorId=${peer.cameraOf} .label=${peer.name}
      @picture=${this.onPicture}></neolia-door-picture>`;
  }

  private onPicture = ({ detail }: CustomEvent<boolean>): void => {
    this.pictured = detail;
  };

  private renderProgress(): TemplateResult {
    const { t, call, peer } = this;
    switch (call.phase) {
      case "outgoing":
        return html`<p class="line">${t(call.ringing ? "outgoing.ringing" : "outgoing.calling", { name: peer.name })}</p>`;
      case "ended":
        return html`
          <p class="line ${isTrouble(call) ? "bad" : ""}">${t(endKey(call))}</p>
          ${
            call.answeredAtMs === null
              ? nothing
              : html`<p class="line">${duration(call.endedAtMs - call.answeredAtMs)}</p>`
          }
        `;
      case "active":
        return html`
          <p class="time" role="timer" aria-label=${t("call.duration")}>${duration(this.nowMs - call.answeredAtMs)}</p>
          ${this.renderTrouble(call)}
          ${peer.isDoor && !this.keypad ? html`<p class="hint">${t("call.openHint")}</p>` : nothing}
        `;
    }
  }

  private renderTrouble(call: Extract<CallState, { phase: "active" }>): TemplateResult | typeof nothing {
    const { t } = this;
    const lines: TemplateResult[] = [];
    if (call.media.flow === "silent") {
      const away = call.path.state !== "good";
      lines.push(html`<p class="line bad">${t(away ? "call.reconnecting" : "call.silent")}</p>`);
    }
    if (call.media.flow === "waiting" && this.nowMs - call.answeredAtMs > SOON_MS)
      lines.push(html`<p class="line">${t("call.waitingAudio")}</p>`);
    if (call.call.microphone !== null) {
      lines.push(html`<p class="line bad">${t("microphone.listenOnly")}</p>`);
      lines.push(html`<p class="hint">${t(`microphone.${call.call.microphone}`)}</p>`);
      // What the page itself may not do, no second try brings.
      if (call.call.microphone !== "insecure" && call.call.microphone !== "policy") {
        const again = (): void => phone.command({ type: "try-microphone" });
        lines.push(html`<button @click=${again}>${icon("microphone")} ${t("microphone.tryAgain")}</button>`);
      }
    } else if (call.muted) {
      lines.push(html`<p class="line">${t("call.muted")}</p>`);
    }
    return lines.length === 0 ? nothing : html`${lines}`;
  }

  private renderKeypad(): TemplateResult {
    const { t } = this;
    return html`
      <div class="keys">
        <output class="sent">${this.sent === "" ? nothing : t("call.sent", { keys: this.sent })}</output>
        <neolia-keypad .t=${t} @digit=${(event: CustomEvent<string>) => this.press(event.detail)}></neolia-keypad>
      </div>
    `;
  }

  private renderButtons(): TemplateResult {
    const { t, call } = this;
    switch (call.phase) {
      case "outgoing":
        return html`<button class="stop" @click=${this.tapHangUp}>${icon("hangUp")} ${t("call.cancel")}</button>`;
      case "ended":
        return html`<button @click=${() => phone.command({ type: "dismiss" })}>${icon("close")} ${t("call.close")}</button>`;
      case "active":
        return html`
          <button aria-pressed=${call.muted} aria-keyshortcuts="m" ?disabled=${call.call.microphone !== null}
            @click=${this.toggleMute}>
            ${icon(call.muted || call.call.microphone !== null ? "microphoneOff" : "microphone")}
            <span class="text">${t(call.muted ? "call.unmute" : "call.mute")}</span>
          </button>
          <button aria-expanded=${this.keypad} aria-keyshortcuts="k" @click=${this.toggleKeypad}>
            ${icon("keypad")} <span class="text">${t("call.keypad")}</span>
          </button>
          <button class="stop" aria-keyshortcuts="h" @click=${this.tapHangUp}>${icon("hangUp")} <span class="text">${t("call.hangUp")}</span></button>
        `;
    }
  }

  /** True: the key was meant for the call. */
  private onKey(key: string): boolean {
    if (this.call.phase === "ended") {
      if (key === "Escape") phone.command({ type: "dismiss" });
      return key === "Escape";
    }
    if (key === "h") this.hangUp();
    if (this.waiting !== null && (key === "a" || key === "d")) {
      if (key === "a") this.takeWaiting();
      else this.declineWaiting();
      return true;
    }
    if (this.call.phase !== "active") return key === "h";
    if (key === "m") this.toggleMute();
    else if (key === "k") this.toggleKeypad();
    else if (key === "Escape") this.keypad = false;
    else if (/^[0-9*#]$/.test(key)) this.press(key);
    else return key === "h";
    return true;
  }

  private press(digit: string): void {
    this.keypad = true;
    this.sent = (this.sent + digit).slice(-16);
    phone.command({ type: "digit", digit });
  }

  private toggleKeypad = (): void => {
    this.keypad = !this.keypad;
  };

  private toggleMute = (): void => {
    if (this.call.phase === "active" && this.call.call.microphone === null) {
      phone.command({ type: "mute", muted: !this.call.muted });
    }
  };

  /** Not the second tap of an impatient finger: the first was on Answer, in the same place. */
  private tapHangUp = ({ detail }: MouseEvent): void => {
    if (detail < 2) this.hangUp();
  };

  private hangUp = (): void => {
    phone.command({ type: "hang-up" });
  };
}
