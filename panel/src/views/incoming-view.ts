import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { Api } from "../data/api.ts";
import type { Localizer } from "../localize/localize.ts";
import type { CallState } from "../phone/call-machine.ts";
import type { MicrophoneState } from "../phone/microphone.ts";
import { phone } from "../phone/phone.ts";
import "../video/door-picture.ts";
import { LONG_NAME, type Peer } from "./names.ts";

/** Somebody rings: who, and two large buttons. */
@customElement("neolia-incoming-view")
export class IncomingView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) peer!: Peer;
  @property({ attribute: false }) microphone: MicrophoneState = { kind: "unknown" };
  @property({ attribute: false }) api: Api | undefined;
  /** Who else rings. */
  @property({ attribute: false }) waiting: string | null = null;
  @state() private pictured = false;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 20px;
        grid-template-rows: minmax(0, 1fr) auto;
        padding: clamp(16px, 3vw, 32px);
      }
      .who {
        align-content: safe center;
        display: grid;
        gap: clamp(4px, 1.4vh, 10px);
        justify-items: center;
        overflow: auto;
        text-align: center;
      }
      .ring {
        align-items: center;
        background: var(--nl-accent);
        block-size: clamp(92px, 20vh, 148px);
        border-radius: 50%;
        color: var(--nl-on-accent);
        display: flex;
        font-size: clamp(46px, 10vh, 76px);
        inline-size: clamp(92px, 20vh, 148px);
        justify-content: center;
        margin-block: clamp(6px, 2.2vh, 22px);
        position: relative;
      }
      .pictured .ring {
        display: none;
      }
      .who.pictured {
        align-content: stretch;
        grid-template-rows: auto auto minmax(0, 1fr);
      }
      .pictured h1 {
        font-size: clamp(26px, min(5vw, 7vh), 44px);
      }
      neolia-door-picture[shown] {
        block-size: 100%;
        inline-size: 100%;
        min-block-size: 120px;
      }
      .deaf .ring {
        block-size: clamp(64px, 14vh, 96px);
        font-size: clamp(32px, 7vh, 48px);
        inline-size: clamp(64px, 14vh, 96px);
        margin-block: 4px;
      }
      .ring::after {
        animation: spread 2.4s ease-out infinite;
        border: 4px solid var(--nl-accent);
        border-radius: 50%;
        content: "";
        inset: 0;
        position: absolute;
      }
      @keyframes spread {
        from {
          opacity: 0.8;
          transform: scale(1);
        }
        70%,
        to {
          opacity: 0;
          transform: scale(1.35);
        }
      }
      .kind {
        color: var(--nl-muted);
        font-size: clamp(20px, 3vw, 26px);
      }
      h1 {
        font-size: clamp(38px, min(8vw, 13vh), 76px);
        letter-spacing: -0.02em;
        line-height: 1.05;
        overflow-wrap: anywhere;
      }
      h1.long {
        font-size: clamp(30px, min(5vw, 8vh), 52px);
      }
      .note {
        color: var(--nl-muted);
        max-inline-size: 60ch;
      }
      .silence {
        justify-self: center;
      }
      .buttons {
        display: grid;
        gap: 16px;
        grid-template-columns: 1fr 1fr;
      }
      .buttons button {
        border-radius: 28px;
        font-size: clamp(22px, 3.4vw, 32px);
        min-block-size: clamp(96px, 20vh, 136px);
      }
      .buttons svg {
        font-size: 1.4em;
      }
      /* A page enlarged to twice its size: the name before the picture. */
      @media (max-height: 400px) {
        .ring {
          display: none;
        }
      }
      @media (max-width: 560px) {
        .buttons button {
          flex-direction: column;
          padding-inline: 8px;
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, peer, microphone, call } = this;
    const answering = call.phase === "answering";
    const ringing = call.phase === "incoming" && call.ringing;
    const deaf = microphone.kind === "problem";
    return html`
      <div class="who ${deaf ? "deaf" : ""} ${this.pictured ? "pictured" : ""}">
        <p class="kind">${t(peer.isDoor ? "incoming.door" : "incoming.unit")}</p>
        <h1 tabindex="-1" class=${peer.name.length > LONG_NAME ? "long" : ""}>${peer.name}</h1>
        <span class="ring">${icon(peer.isDoor ? "bell" : "phone")}</span>
        ${
          peer.cameraOf === null || this.api === undefined
            ? nothing
            : html`<neolia-door-picture .t=${t} .api=${this.api} .doorId=${peer.cameraOf} .label=${peer.name}
                @picture=${this.onPicture}></neolia-door-picture>`
        }
        ${this.waiting === null ? nothing : html`<p class="kind">${t("waiting.title", { name: this.waiting })}</p>`}
        ${deaf ? html`<p class="note">${t(`microphone.${microphone.problem}`)}</p>` : nothing}
        ${
          answering
            ? html`<p class="kind" role="status">${t("incoming.answering")}</p>`
            : ringing
              ? html`<button class="silence" @click=${() => phone.command({ type: "silence" })}>
                ${icon("bellOff")} ${t("incoming.silence")}
              </button>`
              : html`<p class="kind">${t("incoming.silenced")}</p>`
        }
      </div>
      <div class="buttons">
        <button class="stop" aria-keyshortcuts="d" @click=${() => phone.command({ type: answering ? "hang-up" : "decline" })}>
          ${icon("hangUp")} ${t("incoming.decline")}
        </button>
        <button class="go" aria-keyshortcuts="a" ?disabled=${answering} @click=${() => phone.command({ type: "answer" })}>
          ${icon("phone")} ${t(deaf ? "incoming.listen" : "incoming.answer")}
        </button>
      </div>
    `;
  }

  private onPicture = ({ detail }: CustomEvent<boolean>): void => {
    this.pictured = detail;
  };
}
