import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../components/clock.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { Device } from "../data/device.ts";
import type { Door, Unit } from "../data/directory.ts";
import { type Key, type Localizer, unitLabel } from "../localize/localize.ts";
import { missedCount, type PanelState } from "../model.ts";
import { phone } from "../phone/phone.ts";
import { isRegistered } from "../phone/phone-state.ts";
import { type Notice, noticesOf, phoneStatus } from "./notices.ts";

/** The panel at rest: can it ring, what wants attention, which doors and neighbours can be called. */
@customElement("neolia-home-view")
export class HomeView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) panel!: PanelState;
  @property({ attribute: false }) device!: Device;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 20px;
        padding: 20px clamp(16px, 3vw, 32px) 28px;
      }
      header {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 12px 14px;
      }
      h1 {
        flex: 1 1 auto;
        font-size: clamp(30px, 4.4vw, 44px);
        letter-spacing: -0.01em;
        line-height: 1.05;
      }
      .status {
        align-items: center;
        display: inline-flex;
        font-weight: 600;
        gap: 10px;
        white-space: nowrap;
      }
      .status::before {
        background: var(--nl-muted);
        block-size: 14px;
        border-radius: 50%;
        content: "";
        inline-size: 14px;
      }
      .status.good {
        color: var(--nl-good);
      }
      .status.good::before {
        background: var(--nl-good);
      }
      .armed {
        align-items: center;
        color: var(--nl-muted);
        display: inline-flex;
        gap: 8px;
        white-space: nowrap;
      }
      .armed svg {
        font-size: 22px;
      }
      .tools {
        display: flex;
        gap: 10px;
      }
      .tools button {
        font-size: 24px;
        position: relative;
      }
      .badge {
        align-items: center;
        background: var(--nl-stop);
        block-size: 26px;
        border-radius: 13px;
        color: var(--nl-on-strong);
        display: inline-flex;
        font-size: 15px;
        font-weight: 700;
        inset-block-start: -6px;
        inset-inline-end: -6px;
        justify-content: center;
        min-inline-size: 26px;
        padding-inline: 6px;
        position: absolute;
      }
      .notices {
        display: grid;
        gap: 10px;
      }
      .notices li {
        align-items: center;
        background: var(--nl-note);
        border: 1px solid var(--nl-note-line);
        border-radius: 16px;
        color: var(--nl-on-note);
        display: flex;
        gap: 14px;
        padding: 12px 16px;
      }
      .notices svg {
        font-size: 26px;
      }
      .notices span {
        flex: 1;
      }
      .notices button {
        background: transparent;
        border-color: currentColor;
        min-block-size: 48px;
      }
      button.arm {
        font-size: 20px;
        min-block-size: 72px;
      }
      button.arm small {
        font-size: 16px;
        font-weight: 400;
      }
      h2 {
        color: var(--nl-muted);
        font-size: 18px;
        font-weight: 600;
        margin-block-end: 10px;
      }
      .doors {
        display: grid;
        gap: 16px;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr));
      }
      .doors li {
        align-items: center;
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        display: grid;
        gap: 2px 16px;
        grid-template-columns: auto 1fr auto;
        padding: 20px;
      }
      .picture {
        align-items: center;
        background: var(--nl-accent-soft);
        block-size: 64px;
        border-radius: 18px;
        color: var(--nl-accent);
        display: flex;
        font-size: 36px;
        grid-row: span 2;
        inline-size: 64px;
        justify-content: center;
      }
      .label {
        align-self: end;
        font-size: 26px;
        font-weight: 650;
        overflow-wrap: anywhere;
      }
      .state {
        align-self: start;
        color: var(--nl-muted);
      }
      .state.bad {
        color: var(--nl-bad);
      }
      .state.now {
        color: var(--nl-good);
        font-weight: 600;
      }
      .doors button {
        font-size: 20px;
        grid-column: 3;
        grid-row: 1 / span 2;
        min-block-size: 72px;
        padding-inline: 24px;
      }
      .units {
        display: grid;
        gap: 14px;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr));
      }
      .units button {
        background: var(--nl-surface);
        border-color: transparent;
        border-radius: 16px;
        box-shadow: var(--nl-shadow);
        font-weight: 600;
        inline-size: 100%;
        justify-content: flex-start;
        min-block-size: 72px;
        overflow-wrap: anywhere;
        text-align: start;
      }
      .units svg {
        color: var(--nl-accent);
        font-size: 26px;
      }
      .units svg:last-child {
        margin-inline-start: auto;
      }
      button:disabled {
        opacity: 0.55;
      }
      .doors button:disabled {
        background: var(--nl-line);
        color: var(--nl-text);
        opacity: 1;
      }
      .empty {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        color: var(--nl-muted);
        padding: 24px;
      }
      footer {
        margin-block-start: auto;
      }
      @media (max-width: 560px) {
        footer {
          display: none;
        }
        h1 {
          flex-basis: 0;
          font-size: 27px;
        }
        .tools {
          order: 1;
        }
        .status {
          order: 2;
        }
        .armed {
          order: 3;
        }
        .doors li {
          padding: 16px;
        }
        .label {
          font-size: 23px;
        }
        .doors button {
          border-radius: 50%;
          font-size: 28px;
          inline-size: 72px;
          padding: 0;
        }
        .doors button span {
          block-size: 1px;
          clip-path: inset(50%);
          inline-size: 1px;
          overflow: hidden;
          position: absolute;
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, panel, device } = this;
    const directory = panel.directory;
    const doors = directory?.doors.filter((door) => door.siteId === device.siteId) ?? [];
    const units = directory?.units.filter((unit) => unit.siteId === device.siteId && unit.id !== device.unitId) ?? [];
    return html`
      ${this.renderHeader()} ${this.renderNotices()}
      ${panel.phone.ringtone === "locked" ? this.renderArm() : nothing}
      <section>
        <h2>${t("home.doors")}</h2>
        ${
          directory === null
            ? html`<p class="empty">${t("home.loading")}</p>`
            : doors.length === 0
              ? html`<p class="empty">${t("home.noDoors")}</p>`
              : html`<ul class="doors">${repeat(doors, (door) => door.id, this.renderDoor)}</ul>`
        }
      </section>
      <section>
        <h2>${t("home.units")}</h2>
        ${
          units.length === 0 && directory !== null
            ? html`<p class="empty">${t("home.noUnits")}</p>`
            : html`<ul class="units">${repeat(units, (unit) => unit.id, this.renderUnit)}</ul>`
        }
      </section>
      <footer><neolia-clock .t=${t}></neolia-clock></footer>
    `;
  }

  private renderHeader(): TemplateResult {
    const { t, panel, device } = this;
    const missed = missedCount(panel);
    const status = phoneStatus(panel.phone);
    const log =
      missed === 0 ? t("home.log") : t(missed === 1 ? "home.logMissed.one" : "home.logMissed.many", { count: missed });
    return html`
      <header>
        <h1 tabindex="-1">${unitLabel(t, device.unitNumber)}</h1>
        <span class="status ${status.good ? "good" : ""}">${t(status.key)}</span>
        ${
          panel.phone.ringtone === "armed"
            ? html`<span class="armed">${icon("bell")} ${t("ringtone.on")}</span>`
            : nothing
        }
        <div class="tools">
          <button class="round" aria-label=${log} title=${log} @click=${() => this.go("log")}>
            ${icon("list")} ${missed === 0 ? nothing : html`<span class="badge" aria-hidden="true">${missed}</span>`}
          </button>
          <button class="round" aria-label=${t("home.setup")} title=${t("home.setup")} @click=${() => this.go("setup")}>
            ${icon("settings")}
          </button>
        </div>
      </header>
    `;
  }

  private renderNotices(): TemplateResult | typeof nothing {
    const notices = noticesOf(this.panel, this.t);
    if (notices.length === 0) return nothing;
    return html`
      <ul class="notices">
        ${repeat(
          notices,
          (notice) => notice.id,
          (notice) => html`
            <li data-notice=${notice.id}>
              ${icon(notice.id.startsWith("microphone") ? "microphoneOff" : "notice")}
              <span>${notice.text}</span>
              ${
                notice.action === undefined
                  ? nothing
                  : html`<button @click=${() => this.act(notice)}>${notice.button}</button>`
              }
            </li>
          `,
        )}
      </ul>
    `;
  }

  private renderArm(): TemplateResult {
    const { t } = this;
    return html`
      <button class="arm accent" @click=${() => phone.armRingtone()}>
        ${icon("bellOff")}
        <span>${t("ringtone.arm")}<br /><small>${t("ringtone.armHint")}</small></span>
      </button>
    `;
  }

  private renderDoor = (door: Door): TemplateResult => {
    const { t } = this;
    const state = doorState(door, this.panel);
    return html`
      <li>
        <span class="picture">${icon("door")}</span>
        <span class="label">${door.label}</span>
        <span class="state ${state.tone}">${t(state.key)}</span>
        <button class="go" aria-label=${t("home.callName", { name: door.label })} ?disabled=${!this.canCall}
          @click=${() => this.dial(door.name, door.label)}>
          ${icon("phone")} <span>${t("home.call")}</span>
        </button>
      </li>
    `;
  };

  private renderUnit = (unit: Unit): TemplateResult => {
    const { t } = this;
    const label = unitLabel(t, unit.number);
    return html`
      <li>
        <button aria-label=${t("home.callName", { name: label })} ?disabled=${!this.canCall}
          @click=${() => this.dial(unit.name, label)}>
          ${icon("unit")} ${label} ${icon("phone")}
        </button>
      </li>
    `;
  };

  private get canCall(): boolean {
    return isRegistered(this.panel.phone.connection);
  }

  private dial(name: string, displayName: string): void {
    phone.command({ type: "dial", name, displayName });
  }

  private act(notice: Notice): void {
    if (notice.action === "ask-microphone") void phone.askForMicrophone();
    else this.dispatchEvent(new CustomEvent("dismiss-problem"));
  }

  private go(page: "log" | "setup"): void {
    this.dispatchEvent(new CustomEvent("go", { detail: page }));
  }
}

/** A door as the bridge sees it: in a call, registered, or not. */
function doorState(door: Door, panel: PanelState): { key: Key; tone: "" | "bad" | "now" } {
  const live = panel.live.state;
  if (live === null) return { key: "door.unknown", tone: "" };
  const call = live.calls.find((known) => known.caller.name === door.name || known.callee.name === door.name);
  if (call?.status === "ringing") return { key: "door.ringing", tone: "now" };
  if (call?.status === "in-progress") return { key: "door.busy", tone: "now" };
  if (live.vps.link !== "up" || door.accountId === null) return { key: "door.unknown", tone: "" };
  return live.registered.includes(door.accountId)
    ? { key: "door.ready", tone: "" }
    : { key: "door.offline", tone: "bad" };
}
