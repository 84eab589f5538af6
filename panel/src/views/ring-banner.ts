import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { icon } from "../components/icon.ts";
import { darkTokens, shared, tokens } from "../components/style.ts";
import type { Host } from "../host/host.ts";
import { localizer } from "../localize/localize.ts";
import type { PanelModel, PanelState } from "../model.ts";
import { phone } from "../phone/phone.ts";
import { peerOf } from "./names.ts";

/**
 * The doorbell on Home Assistant's other pages: a native panel's phone lives on when somebody goes to a dashboard, and a
 * ring without anything to see would be a riddle. Shown only while no panel is on the screen.
 */
@customElement("neolia-ring-banner")
export class RingBanner extends LitElement {
  @state() private known: PanelState | null = null;
  @state() private panels = 0;
  private host: Host | null = null;

  static override styles = [
    tokens,
    shared,
    css`
      :host {
        display: block;
        font-family: var(--ha-font-family-body, Roboto, "Segoe UI", "Noto Sans", system-ui, sans-serif);
        font-size: 18px;
        inset-block-start: 0;
        inset-inline: 0;
        pointer-events: none;
        position: fixed;
        z-index: 9999;
      }
      :host([theme="dark"]) {
        ${darkTokens}
      }
      div {
        align-items: center;
        background: var(--nl-surface);
        border: 2px solid var(--nl-accent);
        border-radius: var(--nl-radius);
        box-shadow: 0 8px 32px rgb(0 0 0 / 35%);
        color: var(--nl-text);
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
        inline-size: fit-content;
        margin: calc(12px + var(--safe-area-inset-top, 0px)) auto 0;
        max-inline-size: calc(100% - 24px);
        padding: 12px 14px 12px 22px;
        pointer-events: auto;
      }
      p {
        flex: 1 1 auto;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** Begins to watch, once for the page. */
  attend(host: Host, model: PanelModel): void {
    if (this.host !== null) return;
    this.host = host;
    host.subscribe(() => this.requestUpdate());
    model.subscribe((known) => {
      this.known = known;
    });
    document.body.append(this);
  }

  /** A panel came onto the screen, or went. */
  count(change: 1 | -1): void {
    this.panels += change;
  }

  protected override willUpdate(): void {
    this.setAttribute("theme", this.host?.look.theme ?? "light");
    this.lang = this.host?.look.locale ?? "en";
    this.dir = "ltr";
  }

  protected override render(): TemplateResult | typeof nothing {
    const { known, host } = this;
    const call = known?.phone.call;
    if (this.panels > 0 || host === null || known === null || call === undefined) return nothing;
    if (call.phase === "idle" || call.phase === "ended") return nothing;
    const t = localizer(host.look.locale);
    const ringing = call.phase === "incoming";
    const { waiting } = known.phone;
    const { name } = peerOf(waiting !== null && !ringing ? waiting : call.call, known, t);
    return html`
      <div role="alert">
        <p>${t(ringing ? "incoming.title" : waiting !== null ? "waiting.title" : "call.active", { name })}</p>
        ${
          ringing
            ? html`<button class="stop" @click=${() => phone.command({ type: "decline" })}>${t("incoming.decline")}</button>`
            : nothing
        }
        <button class="go" @click=${this.open}>${icon("phone")} ${t(ringing ? "incoming.answer" : "banner.open")}</button>
      </div>
    `;
  }

  private open = (): void => {
    if (this.known?.phone.call.phase === "incoming") phone.command({ type: "answer" });
    this.host?.bringUp();
  };
}

/** The one of the page. */
export const ringBanner = new RingBanner();
