import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Localizer } from "../localize/localize.ts";
import { shared } from "./style.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Twelve telephone keys. Fires `digit` with the key. */
@customElement("neolia-keypad")
export class Keypad extends LitElement {
  @property({ attribute: false }) t!: Localizer;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 10px;
        grid-template-columns: repeat(3, minmax(72px, 104px));
        justify-content: center;
      }
      button {
        border-radius: 20px;
        font-size: 30px;
        font-weight: 600;
        min-block-size: clamp(48px, 10.5vh, 76px);
        padding: 0;
      }
    `,
  ];

  protected override render(): TemplateResult {
    return html`${KEYS.map(
      (key) => html`<button aria-label=${this.name(key)} @click=${() => this.press(key)}>${key}</button>`,
    )}`;
  }

  private name(key: string): string {
    if (key === "*") return this.t("call.keyStar");
    if (key === "#") return this.t("call.keyHash");
    return this.t("call.key", { key });
  }

  private press(key: string): void {
    this.dispatchEvent(new CustomEvent("digit", { detail: key }));
  }
}
