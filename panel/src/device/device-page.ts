import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { type DeviceLocalizer, deviceLocalizer } from "../localize/device.ts";
import { unitLabel } from "../localize/localize.ts";
import type { PanelModel, PanelState } from "../model.ts";
import { phone } from "../phone/phone.ts";
import {
  keepRingtoneChoice,
  type RingtoneChoice,
  ringtoneChoice,
  TONES,
  type ToneName,
} from "../phone/ringtone-choice.ts";
import "./manual-settings.ts";
import { pageStyle } from "./page-style.ts";
import "./test-steps.ts";

/** This device's own page: its unit, ringtone and volume, a test of all that a call needs, SIP settings by hand. */
@customElement("neolia-device-page")
export class DevicePage extends LitElement {
  @property() locale = "en";
  @property({ attribute: false }) panel!: PanelState;
  @property({ attribute: false }) model!: PanelModel;
  @state() private choice: RingtoneChoice = ringtoneChoice();
  private t: DeviceLocalizer = deviceLocalizer("en");

  static override styles = [
    shared,
    pageStyle,
    css`
      header {
        align-items: center;
        display: flex;
        gap: 16px;
      }
      .volume {
        display: grid;
        gap: 6px;
        max-inline-size: 420px;
      }
      input[type="range"] {
        accent-color: var(--nl-accent);
        block-size: 44px;
      }
    `,
  ];

  protected override willUpdate(): void {
    if (this.t.locale !== this.locale) this.t = deviceLocalizer(this.locale);
  }

  protected override render(): TemplateResult {
    const { t, panel, model } = this;
    const { device } = panel;
    return html`
      <header>
        <button class="round" aria-label=${t("log.back")} @click=${() => this.fire("done")}>${icon("back")}</button>
        <h1 tabindex="-1">${t("this.title")}</h1>
      </header>
      <section>
        <p>${device == null ? t("this.noUnit") : t("this.unit", { name: unitLabel(t, device.unitNumber), label: device.label })}</p>
        <div><button @click=${() => this.fire("setup")}>${t("this.change")}</button></div>
      </section>
      ${this.renderSound()}
      <neolia-test-steps .t=${t} .panel=${panel} .model=${model}></neolia-test-steps>
      <neolia-manual-settings .t=${t} .model=${model}></neolia-manual-settings>
      ${panel.problem === null ? nothing : html`<p class="failure" role="alert">${t("error.other", { code: panel.problem })}</p>`}
    `;
  }

  private renderSound(): TemplateResult {
    const { t, choice } = this;
    return html`
      <section aria-label=${t("sound.title")}>
        <h2>${t("sound.title")}</h2>
        <div class="tones" role="radiogroup" aria-label=${t("sound.tone")}>
          ${(Object.keys(TONES) as ToneName[]).map(
            (
              tone,
            ) => html`<label class="check"><input type="radio" name="tone" value=${tone} .checked=${tone === choice.tone}
              @change=${() => this.choose({ tone })} /> ${t(`sound.tone.${tone}`)}</label>`,
          )}
        </div>
        <label class="volume">${t("sound.volume")}
          <input type="range" min="10" max="100" step="5" .value=${String(Math.round(choice.volume * 100))}
            @change=${(event: Event) => this.choose({ volume: (event.target as HTMLInputElement).valueAsNumber / 100 })} />
        </label>
        <div><button @click=${() => phone.armRingtone()}>${icon("bell")} ${t("sound.listen")}</button></div>
      </section>
    `;
  }

  private choose(change: Partial<RingtoneChoice>): void {
    this.choice = { ...this.choice, ...change };
    keepRingtoneChoice(this.choice);
    phone.armRingtone();
  }

  private fire(type: "done" | "setup"): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}
