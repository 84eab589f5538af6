import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../components/clock.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { Device } from "../data/device.ts";
import type { Door, Unit } from "../data/directory.ts";
import { type Localizer, unitLabel } from "../localize/localize.ts";
import { missedCount, type PanelState } from "../model.ts";
import { phone } from "../phone/phone.ts";
import { isRegistered } from "../phone/phone-state.ts";
import { doorState } from "./door-state.ts";
import { homeStyle } from "./home-style.ts";
import { LONG_NAME } from "./names.ts";
import { isQuiet, type Notice, noticesOf, phoneStatus } from "./notices.ts";

/** The panel at rest: can it ring, what wants attention, which doors and neighbours can be called. */
@customElement("neolia-home-view")
export class HomeView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) panel!: PanelState;
  @property({ attribute: false }) device!: Device;

  static override styles = [shared, homeStyle];

  protected override render(): TemplateResult {
    const { t, panel, device } = this;
    const directory = panel.directory;
    const doors = directory?.doors.filter((door) => door.siteId === device.siteId) ?? [];
    const units = directory?.units.filter((unit) => unit.siteId === device.siteId && unit.id !== device.unitId) ?? [];
    return html`
      ${this.renderHeader()}
      <div aria-live="polite">${this.renderNotices()}</div>
      ${panel.phone.ringtone === "locked" ? this.renderArm() : nothing}
      <section>
        <h2>${t("home.doors")}</h2>
        ${
          directory === null
            ? html`<p class="empty">${t("home.loading")}</p>`
            : doors.length === 0
              ? html`<p class="empty">${t(panel.role === "admin" ? "home.noDoors" : "home.noDoorsResident")}</p>`
              : html`<ul class="doors">${repeat(doors, (door) => door.id, this.renderDoor)}</ul>`
        }
      </section>
      ${this.renderUnits(units)}
      <footer><neolia-clock .t=${t}></neolia-clock></footer>
    `;
  }

  /** A resident is shown no neighbours, nor that there are none. */
  private renderUnits(units: Unit[]): TemplateResult | typeof nothing {
    const { t, panel } = this;
    if (units.length === 0 && panel.role !== "admin") return nothing;
    return html`
      <section>
        <h2>${t("home.units")}</h2>
        ${
          units.length === 0 && panel.directory !== null
            ? html`<p class="empty">${t("home.noUnits")}</p>`
            : html`<ul class="units">${repeat(units, (unit) => unit.id, this.renderUnit)}</ul>`
        }
      </section>
    `;
  }

  private renderHeader(): TemplateResult {
    const { t, panel, device } = this;
    const missed = missedCount(panel);
    const status = phoneStatus(panel);
    const log =
      missed === 0 ? t("home.log") : t(missed === 1 ? "home.logMissed.one" : "home.logMissed.many", { count: missed });
    return html`
      <header>
        <h1 tabindex="-1">${unitLabel(t, device.unitNumber)}</h1>
        <span class="status ${status.good ? "good" : ""}" role="status">${t(status.key)}</span>
        ${
          panel.phone.ringtone === "armed"
            ? html`<span class="armed">${icon("bell")} ${t("ringtone.on")}</span>`
            : nothing
        }
        <div class="tools">
          <button class="round" aria-label=${log} title=${log} @click=${() => this.go("log")}>
            ${icon("list")} ${missed === 0 ? nothing : html`<span class="badge" aria-hidden="true">${missed}</span>`}
          </button>
          <button class="round" aria-label=${t("quiet.title")} title=${t("quiet.title")} aria-pressed=${isQuiet(panel)}
            @click=${() => this.keepQuiet(!isQuiet(panel))}>
            ${icon("bellOff")}
          </button>
          ${
            panel.desk
              ? html`<button class="round" aria-label=${t("orders.open")} title=${t("orders.open")} @click=${this.orders}>
                  ${icon("overview")}
                </button>`
              : nothing
          }
          ${
            panel.role === "admin"
              ? html`<button class="round" aria-label=${t("admin.open")} title=${t("admin.open")} @click=${this.administer}>
                  ${icon("building")}
                </button>`
              : nothing
          }
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
        <span class="label ${door.label.length > LONG_NAME ? "long" : ""}">${door.label}</span>
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
    else if (notice.action === "reload") location.reload();
    else if (notice.action === "ring-again") this.keepQuiet(false);
    else if (notice.action === "call-back") this.callBack();
    else this.dispatchEvent(new CustomEvent("dismiss-problem"));
  }

  private callBack(): void {
    const { interrupted } = this.panel.phone;
    if (interrupted !== null) phone.command({ type: "dial", ...interrupted.peer });
  }

  private keepQuiet(on: boolean): void {
    this.dispatchEvent(new CustomEvent("keep-quiet", { detail: on }));
  }

  private orders = (): void => {
    this.dispatchEvent(new CustomEvent("orders"));
  };

  private administer = (): void => {
    this.dispatchEvent(new CustomEvent("administer"));
  };

  private go(page: "log" | "setup"): void {
    this.dispatchEvent(new CustomEvent("go", { detail: page }));
  }
}
