import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { type AccountPage, fetchDevicePage } from "../../data/devices.ts";
import type { LiveState, PanelMessage } from "../../data/live.ts";
import { fetchProvisioning, type Provisioning, retryProvisioning } from "../../data/provisioning.ts";
import { removeRow } from "../../data/rows.ts";
import { type AdminKey, counted } from "../../localize/admin.ts";
import "../components/admin-dialog.ts";
import { adminStyle } from "../components/admin-style.ts";
import { liveChip } from "../components/live-chip.ts";
import "../components/site-form.ts";
import "../components/site-token-part.ts";
import { conflictText, problemText } from "../problem-text.ts";
import { AdminPage } from "./admin-page.ts";

const SERVER: Record<LiveState["vps"]["link"], AdminKey> = {
  up: "site.serverUp",
  connecting: "site.serverConnecting",
  down: "site.serverDown",
  "not-configured": "site.serverMissing",
};

/** What a token of the site puts right. */
const NEEDS_TOKEN: ReadonlySet<string> = new Set(["VPS_NOT_CONFIGURED", "VPS_UNAUTHORIZED", "VPS_SITE_UNKNOWN"]);

/** How the site stands: what to do next, the server, changes that are stuck, and the fields of the site itself. */
@customElement("neolia-overview-page")
export class OverviewPage extends AdminPage {
  @state() private provisioning: Provisioning | null = null;
  /** Logins but the doors', and how many of them are connected; null: nobody can say. */
  @state() private devices: { count: number; connected: number | null } | null = null;
  @state() private removing = false;
  @state() private failure: string | null = null;

  static override styles = [
    shared,
    adminStyle,
    css`
      .steps {
        display: grid;
        gap: 8px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 220px), 1fr));
      }
      .steps button {
        border-radius: var(--admin-radius);
        display: grid;
        gap: 2px;
        grid-template-columns: auto 1fr;
        justify-content: start;
        min-block-size: 68px;
        text-align: start;
      }
      .steps svg {
        color: var(--nl-accent-text);
        font-size: 24px;
        grid-row: span 2;
        margin-inline-end: 10px;
      }
      .steps .done svg {
        color: var(--nl-good);
      }
    `,
  ];

  protected override siteChosen(): void {
    this.provisioning = null;
    this.devices = null;
    void this.load();
    void this.count();
  }

  protected override directoryChanged(): void {
    void this.count();
  }

  protected override connectionsChanged(): void {
    void this.count();
  }

  protected override pushed(message: PanelMessage): void {
    if (message.type === "state" || message.type === "hello") void this.load();
  }

  private async load(): Promise<void> {
    const known = await fetchProvisioning(this.admin.api).catch(() => []);
    this.provisioning = known.find(({ siteId }) => siteId === this.admin.site.id) ?? null;
  }

  private async count(): Promise<void> {
    const { api, site } = this.admin;
    const of = (type: "panel" | "mobile", registered: "yes" | ""): Promise<AccountPage> =>
      fetchDevicePage(api, site.id, { type, registered }, { search: "", offset: 0, limit: 1 });
    try {
      const [panels, phones, panelsHere, phonesHere] = await Promise.all([
        of("panel", ""),
        of("mobile", ""),
        of("panel", "yes"),
        of("mobile", "yes"),
      ]);
      if (site.id !== this.admin.site.id) return;
      const isKnown = (panels.rows[0] ?? phones.rows[0])?.registration.state !== "unknown";
      const connected = isKnown ? panelsHere.total + phonesHere.total : null;
      this.devices = { count: panels.total + phones.total, connected };
    } catch {
      // The lists say what is wrong; here the step stays as it was.
    }
  }

  protected override render(): TemplateResult {
    const { admin } = this;
    const { t, site } = admin;
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${site.name}</h1>
          ${liveChip(admin, { siteId: site.id, revision: site.revision })}
        </div>
        ${this.renderStuck()} ${this.renderSteps()} ${this.renderServer()}
        <div class="card">
          <h2>${t("site.edit")}</h2>
          ${keyed(site.id, html`<neolia-site-form .admin=${admin} .site=${site}></neolia-site-form>`)}
          <dl>
            <dt>${t("site.domain")}</dt>
            <dd class="mono">${site.domain}</dd>
          </dl>
          ${
            admin.remote === null
              ? html`<div class="end"><button class="danger" @click=${this.askRemoval}>${t("site.remove")}</button></div>`
              : nothing
          }
        </div>
        ${this.removing ? this.renderRemoval() : nothing}
      </div>
    `;
  }

  private renderSteps(): TemplateResult {
    const { t, site, directory, open } = this.admin;
    const here = <Row extends { siteId: string }>(rows: readonly Row[]): number =>
      rows.filter(({ siteId }) => siteId === site.id).length;
    const buildings = here(directory.buildings);
    const units = here(directory.units);
    const doors = here(directory.doors);
    const { count: devices, connected } = this.devices ?? { count: 0, connected: null };
    // While the server is away nobody can say: what was made stays done.
    const hasDevices = devices > 0 && connected !== 0;
    const steps: { section: string; title: AdminKey; told: string; done: boolean }[] = [
      {
        section: "buildings",
        title: buildings > 0 ? "nav.buildings" : "site.nextBuilding",
        told: counted(t, "count.buildings", buildings),
        done: buildings > 0,
      },
      {
        section: "units",
        title: units > 0 ? "nav.units" : "site.nextUnits",
        told: counted(t, "count.units", units),
        done: units > 0,
      },
      {
        section: "doors",
        title: doors > 0 ? "nav.doors" : "site.nextDoor",
        told: counted(t, "count.doors", doors),
        done: doors > 0,
      },
      {
        section: "units",
        title: hasDevices ? "nav.devices" : "site.nextDevices",
        told:
          connected === null || devices === 0
            ? counted(t, "count.devices", devices)
            : t("count.registered", { registered: connected, count: devices }),
        done: hasDevices,
      },
    ];
    return html`
      <h2>${t(steps.some(({ done }) => !done) ? "site.next" : this.whatIsSo())}</h2>
      <div class="steps">
        ${steps.map(
          (step) => html`
            <button class=${step.done ? "done" : ""} @click=${() => open(step.section)}>
              ${icon(step.done ? "check" : "outbound")}
              <strong>${t(step.title)}</strong>
              <span class="hint">${step.told} <span class="unseen">(${t(step.done ? "site.stepDone" : "site.stepOpen")})</span></span>
            </button>
          `,
        )}
      </div>
    `;
  }

  /** Of a site where everything is entered. */
  private whatIsSo(): AdminKey {
    const { count, connected } = this.devices ?? { count: 0, connected: null };
    if (this.serverAway || connected === null) return "site.allEntered";
    return connected < count ? "site.allButSome" : "site.allDone";
  }

  /** No test ring can be made. Of a site elsewhere it is not known here. */
  private get serverAway(): boolean {
    const { panel, remote } = this.admin;
    const link = panel.live.state?.vps.link;
    return remote === null && (link === "down" || link === "not-configured");
  }

  private renderServer(): TemplateResult | typeof nothing {
    const { t, panel, remote } = this.admin;
    const live = panel.live.state;
    // Of a site elsewhere, Health says it.
    if (live === null || remote !== null) return nothing;
    const { link, partsDown } = live.vps;
    const needsToken = NEEDS_TOKEN.has(this.provisioning?.problem ?? "");
    // The link may be another site's.
    const isOthers = needsToken && link !== "not-configured";
    const tone = link === "up" && !isOthers ? (partsDown.length > 0 ? "bad" : "good") : "wait";
    const text = isOthers
      ? t("token.missing")
      : link === "up" && partsDown.length > 0
        ? t("link.partsDown", { parts: partsDown.join(", ") })
        : t(SERVER[link]);
    return html`
      <div class="card">
        <h2>${t("site.server")}</h2>
        <p><span class="chip ${tone}" role="status">${text}</span></p>
        <neolia-site-token-part .admin=${this.admin} ?wanted=${needsToken}></neolia-site-token-part>
      </div>
    `;
  }

  private renderStuck(): TemplateResult | typeof nothing {
    const { t, open } = this.admin;
    const { provisioning } = this;
    if (provisioning === null || provisioning.state !== "stuck") return nothing;
    const { conflicts, wayOut, problem } = provisioning;
    return html`
      <div class="note" role="alert">
        <h2>${t("site.stuckTitle")}</h2>
        ${wayOut === null ? html`<p>${problem}</p>` : html`<p>${t(`site.wayOut.${wayOut}`)}</p>`}
        ${
          conflicts.length === 0
            ? nothing
            : html`<ul class="rows">
                ${conflicts.map(
                  ({ name, problem: why, noun, rowId }) => html`
                    <li>
                      <span>${conflictText(name, why, t)}</span>
                      ${
                        noun === null || rowId === null
                          ? nothing
                          : html`<button @click=${() => open(noun === "account" ? "devices" : `${noun}s`, rowId)}>
                              ${t("site.openRow", { name })}
                            </button>`
                      }
                    </li>
                  `,
                )}
              </ul>`
        }
        <div class="end"><button @click=${this.retry}>${t("site.retry")}</button></div>
      </div>
    `;
  }

  private renderRemoval(): TemplateResult {
    const { t, site } = this.admin;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("removal.title", { name: site.name })} @closed=${this.askRemoval}>
        <p>${t("site.removeAsk", { name: site.name })}</p>
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        <div class="end">
          <button class="stop" @click=${this.removeSite}>${t("form.remove")}</button>
          <button @click=${this.askRemoval}>${t("form.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private askRemoval = (): void => {
    this.removing = !this.removing;
    this.failure = null;
  };

  private removeSite = async (): Promise<void> => {
    const { api, site, toast, t, openSite } = this.admin;
    try {
      await removeRow(api, "sites", site);
      this.removing = false;
      toast({ text: t("removal.done", { name: site.name }) });
      openSite(null);
    } catch (error) {
      this.failure = problemText(error, t);
    }
  };

  private retry = async (): Promise<void> => {
    const { api, site, toast, t, fail } = this.admin;
    try {
      await retryProvisioning(api, site.id);
      toast({ text: t("site.retried") });
    } catch (error) {
      fail(error);
    }
  };
}
