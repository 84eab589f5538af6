import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import type { PanelMessage } from "../../data/live.ts";
import {
  cancelTestRing,
  type DeviceHealth,
  fetchSiteHealth,
  type HealthProblem,
  type SiteHealth,
  startTestRing,
  type TestRing,
} from "../../data/upkeep.ts";
import { type AdminKey, counted } from "../../localize/admin.ts";
import { unitLabel } from "../../localize/localize.ts";
import { adminStyle } from "../components/admin-style.ts";
import { LookAgain } from "../components/look-again.ts";
import { moment } from "../components/registration.ts";
import { certificateText, problemSentences, testText } from "../health-text.ts";
import { problemText } from "../problem-text.ts";
import { AdminPage } from "./admin-page.ts";

const LOOK_EVERY_MS = 15_000;
const SHOWN = 100;
/** Of what is wrong with the site: the rest is a press away, and the devices are in reach. */
const AT_A_GLANCE = 5;

/** Could it ring now? The site first, then each device: what is wrong, what to do, and a test that proves it. */
@customElement("neolia-health-page")
export class HealthPage extends AdminPage {
  @state() private health: SiteHealth | null = null;
  @state() private failure: string | null = null;
  @state() private test: TestRing | null = null;
  @state() private onlyProblems = false;
  @state() private shown = SHOWN;

  static override styles = [
    shared,
    adminStyle,
    css`
      li.device {
        align-items: start;
      }
      .device > :first-child {
        flex: 1 1 260px;
      }
      .problem {
        margin-block-start: 6px;
      }
      .problem strong {
        color: var(--nl-bad);
      }
      .problem.warning strong {
        color: inherit;
      }
    `,
  ];

  constructor() {
    super();
    this.addController(new LookAgain(LOOK_EVERY_MS, () => void this.load()));
  }

  protected override siteChosen(): void {
    this.health = null;
    this.test = null;
    this.shown = SHOWN;
    void this.load();
  }

  protected override directoryChanged(): void {
    void this.load();
  }

  protected override pushed(message: PanelMessage): void {
    if (message.type === "testRing" && message.testRing.siteId === this.admin.site.id) {
      this.test = message.testRing;
      if (message.testRing.endedAtMs !== null) void this.load();
    } else if (message.type === "state") {
      void this.load();
    }
  }

  private async load(): Promise<void> {
    const { api, site, t } = this.admin;
    try {
      const health = await fetchSiteHealth(api, site.id);
      if (health.siteId !== this.admin.site.id) return;
      this.health = health;
      this.failure = null;
    } catch (error) {
      this.failure = problemText(error, t);
    }
  }

  protected override render(): TemplateResult {
    const { t, place } = this.admin;
    const { health } = this;
    const [only] = place.rest;
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${t("nav.health")}</h1>
          <button class="accent" ?disabled=${health === null || health.devices.length === 0 || this.testing} @click=${() => void this.ring()}>
            ${t("health.testAll")}
          </button>
        </div>
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        ${this.renderTest()}
        ${health === null ? (this.failure === null ? html`<span class="skeleton"></span>` : nothing) : this.renderHealth(health, only ?? null)}
      </div>
    `;
  }

  private renderTest(): TemplateResult {
    const { t } = this.admin;
    const { test } = this;
    if (test === null || !this.testing) return html`<p class="muted">${t("health.testHint")}</p>`;
    const done = test.devices.filter(({ state: is }) => is !== "waiting" && is !== "ringing").length;
    const told = t("health.testing", { done, count: test.devices.length });
    return html`
      <p role="status">${told}</p>
      <div class="bar">
        <progress aria-label=${told} max=${test.devices.length} value=${done}></progress>
        <button @click=${() => void this.cancel(test.id)}>${t("health.testCancel")}</button>
      </div>
    `;
  }

  private get testing(): boolean {
    return this.test !== null && this.test.endedAtMs === null;
  }

  private renderHealth(health: SiteHealth, only: string | null): TemplateResult {
    const { t } = this.admin;
    const broken = health.devices.filter((device) => verdictOf(device).word === "health.broken").length;
    const isWhole = health.problems.length === 0;
    const problems = health.problems.toSorted(
      (a, b) => Number(a.severity !== "error") - Number(b.severity !== "error"),
    );
    const devices = health.devices
      .filter(({ accountId }) => only === null || accountId === only)
      .filter(({ problems }) => !this.onlyProblems || problems.length > 0)
      .sort((a, b) => Number(a.ok) - Number(b.ok) || b.problems.length - a.problems.length);
    return html`
      <p><span class="chip ${health.ok ? (isWhole && broken === 0 ? "good" : "wait") : "bad"}" role="status">
        ${broken > 0 ? counted(t, "health.notOk", broken) : t(health.ok ? (isWhole ? "health.ok" : "health.okBut") : "health.siteNotOk")}</span></p>
      ${
        health.problems.length === 0 && health.certificates.length === 0
          ? nothing
          : html`<section class="card" aria-label=${t("health.siteTitle")}>
              <h2>${t("health.siteTitle")}</h2>
              ${problems.slice(0, AT_A_GLANCE).map(this.renderProblem)}
              ${
                problems.length > AT_A_GLANCE
                  ? html`<details>
                      <summary>${t("health.more", { count: problems.length - AT_A_GLANCE })}</summary>
                      ${problems.slice(AT_A_GLANCE).map(this.renderProblem)}
                    </details>`
                  : nothing
              }
              ${health.certificates.map((one) => html`<p class="muted">${certificateText(one, health.atMs, t)}</p>`)}
            </section>`
      }
      <section class="card" aria-label=${t("health.devicesTitle")}>
        <div class="bar">
          <h2>${t("health.devicesTitle")}</h2>
          <label class="check"><input type="checkbox" .checked=${this.onlyProblems} @change=${this.toggleProblems} />${t("health.onlyProblems")}</label>
        </div>
        ${health.devices.length === 0 ? html`<p class="muted">${t("health.devicesNone")}</p>` : nothing}
        <ul class="rows">${repeat(devices.slice(0, this.shown), (device) => device.accountId, this.renderDevice)}</ul>
        ${devices.length > this.shown ? html`<div><button @click=${this.showMore}>${t("form.more")}</button></div>` : nothing}
        <p class="muted">${t("health.checked", { time: moment(health.atMs, t) })}</p>
      </section>
    `;
  }

  private renderProblem = (problem: HealthProblem): TemplateResult => {
    const { what, todo } = problemSentences(problem, this.admin.t);
    return html`<div class="problem ${problem.severity}"><p><strong>${what}</strong></p><p class="muted">${todo}</p></div>`;
  };

  private renderDevice = (device: DeviceHealth): TemplateResult => {
    const { t, open } = this.admin;
    const running = this.testing
      ? this.test?.devices.find(({ accountId }) => accountId === device.accountId)
      : undefined;
    const { tone, word } = verdictOf(device);
    const where = device.placeLabel === null ? "" : unitLabel(t, device.placeLabel);
    return html`
      <li class="device" data-account=${device.accountId}>
        <div>
          <p><strong>${device.label}</strong> <span class="muted">${where}</span></p>
          ${device.problems.map(this.renderProblem)}
          <p class="muted">
            <span data-test>${t("text.labelled", { label: t("health.testOne"), value: testText(running ?? device.lastTest, t) })}</span>
            ${device.report?.rttMs == null ? nothing : html` · ${t("health.rtt", { ms: device.report.rttMs })}`}
            ${device.report?.certificateDays == null ? nothing : html` · ${t("health.certificateDays", { days: device.report.certificateDays })}`}
          </p>
        </div>
        <div class="end">
          <span class="chip ${tone}">${t(word)}</span>
          <button ?disabled=${this.testing} aria-label=${t("label.of", { what: t("health.testOne"), of: device.label })} @click=${() => void this.ring(device.accountId)}>${t("health.testOne")}</button>
          <button aria-label=${t("site.openRow", { name: device.label })} @click=${() => open("devices", device.accountId)}>${t("settings.openDevice")}</button>
        </div>
      </li>
    `;
  };

  private async ring(accountId?: string): Promise<void> {
    const { api, site, fail } = this.admin;
    const accountIds = accountId === undefined ? {} : { accountIds: [accountId] };
    const test = await startTestRing(api, { siteId: site.id, ...accountIds }).catch((error: unknown) => {
      fail(error);
      return null;
    });
    // What was pushed meanwhile is newer.
    if (test !== null && this.test?.id !== test.id) this.test = test;
  }

  private async cancel(id: string): Promise<void> {
    const { api, fail } = this.admin;
    const test = await cancelTestRing(api, id).catch((error: unknown) => {
      fail(error);
      return null;
    });
    if (test !== null && this.test?.id === test.id) this.test = test;
  }

  private toggleProblems = (): void => {
    this.onlyProblems = !this.onlyProblems;
  };

  private showMore = (): void => {
    this.shown += SHOWN;
  };
}

/**
 * While the server is away nobody can say: that is not "could ring". A phone that is switched off is no fault of the
 * house, and would not ring all the same.
 */
function verdictOf({ ok, problems, registration }: DeviceHealth): { tone: string; word: AdminKey } {
  if (!ok) return { tone: "bad", word: "health.broken" };
  if (registration.state === "not-registered") return { tone: "wait", word: "health.broken" };
  if (registration.state === "unknown") return { tone: "", word: "device.unknownState" };
  return problems.length === 0 ? { tone: "good", word: "health.fine" } : { tone: "wait", word: "health.warned" };
}
