import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { adminStyle } from "./admin-style.ts";

/** Something that can be chosen. */
export interface Choice {
  id: string;
  label: string;
  /** What tells it from others of the same name. */
  more: string;
  /** SIP name of the gateway that a number comes through. */
  gateway?: string;
}

/** Finds among ten thousand units or doors by typing: a combobox after the ARIA pattern. Fires `pick` with the choice. */
@customElement("neolia-unit-picker")
export class UnitPicker extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property() label = "";
  @property() hint = "";
  @property({ attribute: false }) find!: (search: string) => Promise<Choice[]>;
  @property({ attribute: false }) chosen: Choice | null = null;
  @state() private typed: string | null = null;
  @state() private choices: Choice[] = [];
  @state() private open = false;
  @state() private active = -1;
  private asked = 0;

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        display: grid;
        gap: 4px;
        position: relative;
      }
      label {
        font-weight: 600;
      }
      ul {
        background: var(--nl-surface);
        border: 1px solid var(--nl-muted);
        border-radius: 10px;
        inset-block-start: 100%;
        inset-inline: 0;
        max-block-size: 260px;
        overflow: auto;
        position: absolute;
        z-index: 2;
      }
      li {
        align-items: baseline;
        cursor: pointer;
        display: flex;
        flex-wrap: wrap;
        gap: 2px 10px;
        min-block-size: 44px;
        padding: 10px 12px;
      }
      li.active,
      li:hover {
        background: var(--nl-accent-soft);
      }
    `,
  ];

  protected override render(): TemplateResult {
    const shown = this.typed ?? this.chosen?.label ?? "";
    return html`
      <label for="find">${this.label}</label>
      <input id="find" type="text" role="combobox" autocomplete="off" aria-autocomplete="list" aria-controls="found"
        aria-expanded=${this.open ? "true" : "false"} aria-describedby=${this.hint === "" ? nothing : "hint"}
        aria-activedescendant=${this.open && this.active >= 0 ? `choice-${this.active}` : nothing}
        .value=${shown} @input=${this.onInput} @focus=${this.onFocus} @blur=${this.onBlur} @keydown=${this.onKey} />
      ${this.hint === "" ? nothing : html`<span class="hint" id="hint">${this.hint}</span>`}
      <ul id="found" role="listbox" aria-label=${this.label} ?hidden=${!this.open || this.choices.length === 0}>
        ${repeat(
          this.choices,
          (choice) => keyOf(choice),
          (choice, index) => html`
            <li role="option" id="choice-${index}" class=${index === this.active ? "active" : ""}
              aria-selected=${this.chosen !== null && keyOf(choice) === keyOf(this.chosen) ? "true" : "false"}
              @pointerdown=${(event: Event) => event.preventDefault()} @click=${() => this.pick(choice)}>
              <span>${choice.label}</span> <span class="hint">${choice.more}</span>
            </li>
          `,
        )}
      </ul>
    `;
  }

  private onInput = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    void this.search(this.typed);
  };

  private onFocus = (event: Event): void => {
    (event.target as HTMLInputElement).select();
    void this.search("");
  };

  private onBlur = (): void => {
    this.open = false;
    this.typed = null;
  };

  private async search(text: string): Promise<void> {
    const asked = ++this.asked;
    const choices = await this.find(text).catch(() => []);
    if (asked !== this.asked) return;
    this.choices = choices;
    this.active = text === "" || choices.length === 0 ? -1 : 0;
    this.open = this.shadowRoot?.activeElement !== null;
  }

  private pick(choice: Choice): void {
    this.open = false;
    this.typed = null;
    this.chosen = choice;
    this.dispatchEvent(new CustomEvent("pick", { detail: choice }));
  }

  private onKey = (event: KeyboardEvent): void => {
    const { choices } = this;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.open = true;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = Math.min(choices.length - 1, Math.max(0, this.active + step));
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" }),
      );
    } else if (event.key === "Enter" && this.open) {
      event.preventDefault();
      const choice = choices[Math.max(0, this.active)];
      if (choice !== undefined) this.pick(choice);
    } else if (event.key === "Escape" && this.open) {
      event.preventDefault();
      event.stopPropagation();
      this.onBlur();
    }
  };
}

function keyOf({ id, gateway = "" }: Choice): string {
  return `${id} ${gateway}`;
}
