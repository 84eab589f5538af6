import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { ApiError } from "../data/api.ts";
import type { Device } from "../data/device.ts";
import type { Directory } from "../data/directory.ts";
import type { Session } from "../data/session.ts";
import { type Localizer, unitLabel } from "../localize/localize.ts";
import "./claim-form.ts";
import { errorText } from "./notices.ts";

/** More units than this are searched, not all shown. */
const MANY = 120;

/** Which unit this device rings for, and its name. `save` does the work; `done` is fired when it worked. */
@customElement("neolia-setup-view")
export class SetupView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) directory: Directory | null = null;
  /** null on first use. */
  @property({ attribute: false }) device: Device | null = null;
  /** What the bridge wants an administrator to know. */
  @property({ attribute: false }) notices: string[] = [];
  /** A resident without a unit cannot help themselves. */
  @property() viewer: Session["role"] | null = null;
  /** Pairs by a short code. Throws ApiError. */
  @property({ attribute: false }) claim: (code: string) => Promise<void> = async () => {};
  /** What the pairing link of the address came to. */
  @property({ attribute: false }) pairing: string | null = null;
  /** Works at the restaurant's desk. */
  @property({ type: Boolean }) desk = false;
  @property({ attribute: false }) save: (unitId: string, label: string) => Promise<void> = async () => {};

  @state() private unitId: string | null = null;
  @state() private search = "";
  @state() private busy = false;
  @state() private failure: string | null = null;

  static override styles = [
    shared,
    css`
      :host {
        padding: 28px clamp(16px, 4vw, 40px) 40px;
      }
      header {
        align-items: center;
        display: flex;
        gap: 16px;
      }
      h1 {
        font-size: clamp(28px, 4vw, 36px);
      }
      p,
      .hint {
        color: var(--nl-muted);
        font-weight: 400;
      }
      form {
        display: grid;
        gap: 24px;
        margin-block-start: 12px;
        max-inline-size: 900px;
      }
      fieldset {
        border: 0;
        display: grid;
        gap: 12px;
        margin: 0;
        padding: 0;
      }
      legend,
      label.name {
        font-weight: 600;
        margin-block-end: 8px;
      }
      h2 {
        color: var(--nl-muted);
        font-size: 17px;
        font-weight: 600;
      }
      .units {
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
      }
      .units label {
        align-items: center;
        background: var(--nl-surface);
        border: 2px solid var(--nl-line);
        border-radius: 16px;
        cursor: pointer;
        display: flex;
        font-weight: 600;
        gap: 10px;
        justify-content: space-between;
        min-block-size: 72px;
        min-inline-size: 0;
        overflow-wrap: anywhere;
        padding: 10px 18px;
      }
      .units label:has(:checked) {
        background: var(--nl-accent-soft);
        border-color: var(--nl-accent);
      }
      .units label:has(:focus-visible) {
        outline: 3px solid var(--nl-accent);
        outline-offset: 3px;
      }
      .units input {
        opacity: 0;
        position: absolute;
      }
      .units svg {
        color: var(--nl-accent-text);
        visibility: hidden;
      }
      .units label:has(:checked) svg {
        visibility: visible;
      }
      label.name {
        display: grid;
        gap: 8px;
        max-inline-size: 460px;
      }
      label.name input {
        background: var(--nl-surface);
        border: 2px solid var(--nl-line);
        border-radius: 14px;
        min-block-size: 60px;
        padding-inline: 16px;
      }
      .failure {
        color: var(--nl-bad);
        font-weight: 600;
      }
      button.accent {
        font-size: 20px;
        justify-self: start;
        min-block-size: 64px;
        min-inline-size: 200px;
      }
      button.admin,
      .empty + button.accent {
        margin-block-start: 20px;
      }
      .notices {
        border-block-start: 1px solid var(--nl-line);
        color: var(--nl-muted);
        display: grid;
        font-size: 16px;
        gap: 6px;
        margin-block-start: 32px;
        padding-block-start: 16px;
      }
      .empty {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        margin-block-start: 20px;
        max-inline-size: 640px;
        padding: 28px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, directory, device } = this;
    return html`
      <header>
        ${
          device === null
            ? nothing
            : html`<button class="round" aria-label=${t("log.back")} @click=${this.close}>${icon("back")}</button>`
        }
        <h1 tabindex="-1">${t("setup.title")}</h1>
      </header>
      ${
        directory === null
          ? html`<p class="empty">${t("home.loading")}</p>`
          : directory.units.length === 0
            ? html`<p class="empty">${t(this.viewer === "admin" ? "setup.noUnits" : "setup.noUnitsResident")}</p>`
            : this.renderForm(directory)
      }
      ${device === null ? html`<neolia-claim-form .t=${t} .claim=${this.claim} .pairing=${this.pairing}></neolia-claim-form>` : nothing}
      ${
        device === null
          ? nothing
          : html`<button class="admin" @click=${this.openDevice}>${icon("settings")} ${t("device.open")}</button>`
      }
      ${
        this.viewer === "admin" && device === null
          ? html`<button class=${directory?.units.length === 0 ? "accent" : "admin"} @click=${this.administer}>
              ${icon("building")} ${t(directory?.units.length === 0 ? "admin.open" : "setup.adminOnly")}
            </button>`
          : nothing
      }
      ${
        this.desk && device === null
          ? html`<button class="admin" @click=${this.orders}>${icon("overview")} ${t("orders.open")}</button>`
          : nothing
      }
      ${
        this.notices.length === 0
          ? nothing
          : html`<ul class="notices">${this.notices.map((notice) => html`<li lang="en">${notice}</li>`)}</ul>`
      }
    `;
  }

  private renderForm(directory: Directory): TemplateResult {
    const { t } = this;
    const chosen = this.chosenUnit();
    const many = directory.units.length > MANY;
    const search = this.search.trim().toLowerCase();
    const shown = many
      ? directory.units
          .filter(({ id, number }) => id === chosen || number.toLowerCase().includes(search))
          .slice(0, MANY)
      : directory.units;
    const groups = directory.buildings
      .map((building) => ({ building, units: shown.filter((unit) => unit.buildingId === building.id) }))
      .filter((group) => group.units.length > 0);
    return html`
      <form @submit=${this.submit} novalidate>
        <p>${t("setup.intro")}</p>
        <fieldset>
          <legend>${t("setup.unit")}</legend>
          ${
            many
              ? html`<label class="name">${t("setup.search")}
                  <input type="search" autocomplete="off" .value=${this.search} @input=${this.onSearch} /></label>`
              : nothing
          }
          ${groups.map(
            ({ building, units }) => html`
              ${groups.length > 1 ? html`<h2>${building.name}</h2>` : nothing}
              <div class="units">
                ${units.map(
                  (unit) => html`
                    <label>
                      <input type="radio" name="unit" .value=${unit.id} .checked=${unit.id === chosen}
                        @change=${() => {
                          this.unitId = unit.id;
                        }} />
                      ${unitLabel(t, unit.number)} ${icon("check")}
                    </label>
                  `,
                )}
              </div>
            `,
          )}
        </fieldset>
        <label class="name">
          ${t("setup.name")}
          <input name="label" maxlength="80" autocomplete="off" .value=${this.device?.label ?? t("setup.defaultName")}
            aria-describedby="name-hint" />
          <span id="name-hint" class="hint">${t("setup.nameHint")}</span>
        </label>
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        <button class="accent" ?disabled=${this.busy}>${this.busy ? t("setup.saving") : t("setup.save")}</button>
      </form>
    `;
  }

  private submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { t } = this;
    const label = String(new FormData(event.target as HTMLFormElement).get("label") ?? "").trim();
    const unitId = this.chosenUnit();
    this.failure = unitId === null ? t("setup.unitMissing") : label === "" ? t("setup.nameMissing") : null;
    if (unitId === null || label === "") return;
    this.busy = true;
    try {
      await this.save(unitId, label);
      this.close();
    } catch (error) {
      this.failure = errorText(error instanceof ApiError ? error.code : "INTERNAL", t);
    } finally {
      this.busy = false;
    }
  };

  /** Most residents have one unit: nothing to choose. */
  private chosenUnit(): string | null {
    const only = this.directory?.units.length === 1 ? this.directory.units[0]?.id : undefined;
    return this.unitId ?? this.device?.unitId ?? only ?? null;
  }

  private onSearch = (event: Event): void => {
    this.search = (event.target as HTMLInputElement).value;
  };

  private openDevice = (): void => {
    this.dispatchEvent(new CustomEvent("open-device"));
  };

  private orders = (): void => {
    this.dispatchEvent(new CustomEvent("orders"));
  };

  private administer = (): void => {
    this.dispatchEvent(new CustomEvent("administer"));
  };

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("done"));
  };
}
