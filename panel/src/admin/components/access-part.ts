import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import { addGrant, endGrant, fetchGrants, type Grant } from "../../data/remote.ts";
import { isOnlyHere } from "../own-address.ts";
import { AdminPage } from "../pages/admin-page.ts";
import { problemText } from "../problem-text.ts";
import "./admin-dialog.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import "./copy-button.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";
import { LookAgain } from "./look-again.ts";

const HOURS = [8, 24, 72, 168, 720] as const;
/** Who uses a grant does so while this page is open: the list shows it. */
const LOOK_EVERY_MS = 10_000;

/** Who may manage this site from another Neolia: allowed, seen, ended. */
@customElement("neolia-access-part")
export class AccessPart extends AdminPage {
  @state() private grants: Grant[] | null = null;
  @state() private failure: string | null = null;
  @state() private code: string | null = null;
  @state() private ending: Grant | null = null;

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        display: grid;
        gap: var(--admin-gap);
      }
      .code {
        background: var(--nl-bg);
        border: 1px solid var(--nl-line);
        border-radius: var(--admin-radius);
        margin: 0;
        overflow-wrap: anywhere;
        padding: 12px;
        user-select: all;
      }
    `,
  ];

  constructor() {
    super();
    this.addController(new LookAgain(LOOK_EVERY_MS, () => void this.load()));
  }

  protected override siteChosen(): void {
    this.grants = null;
    void this.load();
  }

  private async load(): Promise<void> {
    const { api, site, t } = this.admin;
    try {
      this.grants = await fetchGrants(api, site.id);
      this.failure = null;
    } catch (error) {
      this.failure = problemText(error, t);
    }
  }

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const { grants } = this;
    return html`
      <p>${t("access.intro")}</p>
      <div class="card">
        <h2>${t("access.new")}</h2>
        <neolia-admin-form .t=${t} fresh .fields=${this.fields()} .submitLabel=${t("access.make")} .save=${this.make}></neolia-admin-form>
      </div>
      <h2>${t("access.list")}</h2>
      <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
      ${
        grants === null
          ? this.failure === null
            ? html`<span class="skeleton"></span>`
            : nothing
          : grants.length === 0
            ? html`<p class="card">${t("access.none")}</p>`
            : html`<ul class="rows">${repeat(grants, ({ id }) => id, this.renderGrant)}</ul>`
      }
      ${this.code === null ? nothing : this.renderCode(this.code)} ${this.ending === null ? nothing : this.renderEnding(this.ending)}
    `;
  }

  private fields(): FormField[] {
    const { t, pageUrl } = this.admin;
    const onlyHere = isOnlyHere(pageUrl);
    const options = HOURS.map((hours) => ({ value: String(hours), label: t(`access.hours${hours}`) }));
    return [
      { name: "label", label: t("access.whom"), hint: t("access.whomHint"), kind: "text", value: "", maxLength: 80 },
      { name: "hours", label: t("access.forHowLong"), kind: "select", value: "24", options },
      {
        ...{ name: "pageUrl", label: t("access.pageUrl"), kind: "text", optional: true },
        hint: onlyHere ? t("access.pageUrlOnlyHere", { address: pageUrl ?? "" }) : t("access.pageUrlHint"),
        ...{ value: onlyHere ? "" : (pageUrl ?? ""), maxLength: 300 },
      },
      { name: "backups", label: t("access.backups"), hint: t("access.backupsHint"), kind: "toggle", value: false },
    ];
  }

  private make = async (values: FormValues): Promise<void> => {
    const { api, site } = this.admin;
    const grant = await addGrant(api, {
      siteId: site.id,
      label: textOf(values, "label"),
      hours: Number(values.hours),
      backups: values.backups === true,
      pageUrl: textOf(values, "pageUrl"),
    });
    this.code = grant.code;
    await this.load();
  };

  private renderGrant = (grant: Grant): TemplateResult => {
    const { t } = this.admin;
    const { label, state: is, takenBy, usedBy, usedAtMs, expiresAtMs, invitedToMs } = grant;
    const isOpen = is === "invited" || is === "active";
    const tone = is === "active" ? "good" : is === "invited" ? "wait" : "";
    const until =
      is === "invited"
        ? t("access.takeUntil", { time: this.moment(invitedToMs) })
        : t("access.until", { time: this.moment(expiresAtMs) });
    return html`
      <li data-grant=${is}>
        <div>
          <h3>${label} <span class="chip ${tone}">${t(`access.${is}`)}</span></h3>
          ${isOpen ? html`<p class="muted">${until}</p>` : nothing}
          ${takenBy === "" ? nothing : html`<p class="muted">${t("access.takenBy", { name: takenBy })}</p>`}
          <p class="muted">${usedAtMs === null ? t("access.neverUsed") : t("access.usedBy", { name: usedBy, time: this.moment(usedAtMs) })}</p>
          ${grant.backups ? html`<p class="muted">${t("access.withBackups")}</p>` : nothing}
        </div>
        <div class="end">
          <button aria-label=${t("label.of", { what: t("access.done"), of: label })} @click=${() => this.admin.open("audit", "search", label)}>${t("access.done")}</button>
          ${isOpen ? html`<button class="danger" aria-label=${t("label.of", { what: t("access.end"), of: label })} @click=${() => this.ask(grant)}>${t("access.end")}</button>` : nothing}
        </div>
      </li>
    `;
  };

  private renderCode(code: string): TemplateResult {
    const { t } = this.admin;
    return html`
      <neolia-admin-dialog firm .t=${t} .heading=${t("access.codeTitle")}>
        <p>${t("access.codeIntro")}</p>
        <p class="code mono" data-code>${code}</p>
        <div class="end">
          <neolia-copy-button .t=${t} .text=${code} .label=${t("access.copy")}></neolia-copy-button>
          <button class="accent" @click=${this.hideCode}>${t("form.done")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private renderEnding(grant: Grant): TemplateResult {
    const { t } = this.admin;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("access.endTitle", { name: grant.label })} @closed=${() => this.ask(null)}>
        <p>${t("access.endIntro")}</p>
        <div class="end">
          <button class="stop" @click=${() => void this.end(grant)}>${t("access.endNow")}</button>
          <button @click=${() => this.ask(null)}>${t("form.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private async end(grant: Grant): Promise<void> {
    const { api, toast, fail, t } = this.admin;
    try {
      await endGrant(api, grant.id);
      toast({ text: t("access.ended", { name: grant.label }) });
    } catch (error) {
      fail(error);
    }
    this.ending = null;
    await this.load();
  }

  private ask(grant: Grant | null): void {
    this.ending = grant;
  }

  private hideCode = (): void => {
    this.code = null;
  };

  private moment(atMs: number): string {
    const { t } = this.admin;
    return new Intl.DateTimeFormat(t.locale, { dateStyle: "medium", timeStyle: "short" }).format(atMs);
  }
}
