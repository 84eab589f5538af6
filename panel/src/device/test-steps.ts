import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../components/style.ts";
import { askIceServers } from "../data/device.ts";
import type { DeviceLocalizer } from "../localize/device.ts";
import type { PanelModel, PanelState } from "../model.ts";
import { deviceId } from "../phone/device-id.ts";
import { phone } from "../phone/phone.ts";
import { runStep } from "./device-test.ts";
import { pageStyle } from "./page-style.ts";
import { STEPS, type Step } from "./test-ground.ts";
import type { StepResult } from "./test-result.ts";

const WAITING: StepResult = { state: "waiting", why: null };
const UNLOCK_MS = 1_000;

/** The test of this device, step by step; a step that fails is named, and those behind it are tried all the same. */
@customElement("neolia-test-steps")
export class TestSteps extends LitElement {
  @property({ attribute: false }) t!: DeviceLocalizer;
  @property({ attribute: false }) panel!: PanelState;
  @property({ attribute: false }) model!: PanelModel;
  @state() private results: Partial<Record<Step, StepResult>> | null = null;
  @state() private running = false;
  @state() private answer: ((heard: boolean) => void) | null = null;

  static override styles = [
    shared,
    pageStyle,
    css`
      :host {
        padding: 0;
      }
      ol {
        display: grid;
        gap: 2px;
      }
      li {
        border-block-end: 1px solid var(--nl-line);
        display: grid;
        gap: 2px 16px;
        grid-template-columns: minmax(0, 1fr) auto;
        padding-block: 8px;
      }
      li > .why {
        grid-column: 1 / -1;
      }
      .state {
        color: var(--nl-muted);
      }
      .passed .state {
        color: var(--nl-good);
        font-weight: 600;
      }
      .failed .state {
        color: var(--nl-bad);
        font-weight: 600;
      }
      .ask {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.answer?.(false);
  }

  protected override render(): TemplateResult {
    const { t, results, running } = this;
    return html`
      <section aria-label=${t("test.title")}>
        <h2>${t("test.title")}</h2>
        <p class="muted">${t("test.intro")}</p>
        ${results === null ? nothing : html`<ol>${STEPS.map((step) => this.renderStep(step, results[step] ?? WAITING))}</ol>`}
        ${
          this.answer === null
            ? nothing
            : html`<div class="ask" role="alert"><strong>${t("step.speaker.ask")}</strong>
                <button class="go" @click=${() => this.answer?.(true)}>${t("step.speaker.yes")}</button>
                <button class="stop" @click=${() => this.answer?.(false)}>${t("step.speaker.no")}</button></div>`
        }
        <p role="status">${this.verdict()}</p>
        <div><button class="accent" ?disabled=${running} @click=${() => void this.run()}>${t(running ? "test.running" : results === null ? "test.start" : "test.again")}</button></div>
      </section>
    `;
  }

  private renderStep(step: Step, { state: is, why }: StepResult): TemplateResult {
    const { t } = this;
    return html`
      <li class=${is} data-step=${step} data-state=${is}>
        <span>${t(`step.${step}`)}</span> <span class="state">${t(`test.state.${is}`)}</span>
        ${why === null ? nothing : html`<span class="why muted">${t(why.key, { ...why.values, why: why.because === undefined ? "" : t(why.because) })}</span>`}
      </li>
    `;
  }

  private verdict(): string {
    const { t, results, running } = this;
    if (results === null || running) return "";
    const broken = STEPS.find((step) => results[step]?.state === "failed");
    if (broken !== undefined) return t("test.failed", { step: t(`step.${broken}`) });
    return t(results.ring?.state === "passed" ? "test.passed" : "test.unproven");
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.results = {};
    for (const step of STEPS) {
      this.results = { ...this.results, [step]: { state: "running", why: null } };
      const result = await runStep(step, {
        panel: () => this.panel,
        api: this.model.api,
        deviceId: deviceId(),
        locale: this.t.locale,
        results: () => this.results ?? {},
        iceServers: () => this.iceServers(),
        unlockSound: () => this.unlockSound(),
        askHeard: () => this.askHeard(),
      });
      if (!this.isConnected) break;
      this.results = { ...this.results, [step]: result };
    }
    this.running = false;
  }

  private async iceServers(): Promise<RTCIceServer[] | null> {
    const told = await askIceServers(this.model.api, deviceId()).catch(() => null);
    return told === null || told.expiresAtMs === 0 ? null : told.iceServers;
  }

  private async unlockSound(): Promise<boolean> {
    phone.armRingtone();
    const deadline = performance.now() + UNLOCK_MS;
    while (this.panel.phone.ringtone !== "armed" && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.panel.phone.ringtone === "armed";
  }

  private async askHeard(): Promise<boolean> {
    phone.armRingtone();
    const heard = await new Promise<boolean>((resolve) => {
      this.answer = resolve;
    });
    this.answer = null;
    return heard;
  }
}
