import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import { type Typed, TypedWatch } from "../../leaving.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { fieldText, problemText } from "../problem-text.ts";
import { adminStyle } from "./admin-style.ts";
import { focusIsLost } from "./focus.ts";
import type { FormField, FormValue, FormValues } from "./form-field.ts";

/** No value: it stands for text of one's own. */
const OTHER = "\u0000";

/** The same row as the other person left it. */
interface Conflict {
  version: number;
  theirs: FormValues;
  /** Field → whose value shall stand. */
  choice: Record<string, "theirs" | "yours">;
}

/**
 * A form of one row. `save` does the work; the form shows why a field was refused beside it, and when somebody else has
 * edited the row meanwhile, both versions to choose from. Edits survive a list that is fetched anew.
 */
@customElement("neolia-admin-form")
export class AdminForm extends LitElement implements Typed {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property({ attribute: false }) fields: readonly FormField[] = [];
  /** Of the row as it is shown; undefined for a new one. */
  @property({ attribute: false }) version: number | undefined;
  @property() submitLabel = "";
  /** A new row: may be saved as it stands. */
  @property({ type: Boolean }) fresh = false;
  /** What was edited in the slot. */
  @property({ attribute: false }) slotted: FormValues = {};
  @property({ attribute: false }) save: (values: FormValues, version: number | undefined) => Promise<void> =
    async () => {};

  @state() private edits: FormValues = {};
  /** Fields that text is being typed into instead of choosing. */
  @state() private typed: ReadonlySet<string> = new Set();
  @state() private busy = false;
  @state() private failure: string | null = null;
  @state() private refused: Readonly<Record<string, string>> = {};
  @state() private conflict: Conflict | null = null;
  private seenVersion: number | undefined;
  private isGivenUp = false;
  protected readonly watch = new TypedWatch(this);

  static override styles = [
    shared,
    adminStyle,
    css`
      form {
        display: grid;
        gap: 16px;
      }
      .field {
        display: grid;
        gap: 4px;
      }
      .field > label:not(.check) {
        font-weight: 600;
      }
      .field [aria-invalid="true"] {
        border-color: var(--nl-bad);
        border-width: 2px;
      }
      .why {
        color: var(--nl-bad);
        font-size: 15px;
      }
      fieldset {
        border: 1px solid var(--nl-line);
        border-radius: var(--admin-radius);
        display: grid;
        gap: 2px;
        margin: 0;
        padding: 8px 14px;
      }
      legend {
        font-weight: 600;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, conflict } = this;
    if (conflict !== null) return this.renderConflict(conflict);
    const dirty = this.fresh || Object.keys(this.edits).length > 0;
    return html`
      <form novalidate @submit=${this.submit}>
        ${repeat(
          this.fields.filter(({ kind }) => kind !== "slotted"),
          (field) => field.name,
          this.renderField,
        )}
        <slot></slot>
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        <div class="end">
          <button class="accent" type="submit" ?disabled=${this.busy || !dirty}>
            ${this.busy ? t("form.saving") : this.submitLabel || t("form.save")}
          </button>
          <slot name="beside"></slot>
          ${!this.fresh && dirty ? html`<button type="button" class="quiet" @click=${this.reset}>${t("form.cancel")}</button>` : nothing}
        </div>
      </form>
    `;
  }

  private renderField = (field: FormField): TemplateResult => {
    const { t } = this;
    const why = this.refused[field.name];
    const described = [
      field.hint === undefined ? "" : `${field.name}-hint`,
      why === undefined ? "" : `${field.name}-why`,
    ];
    const label = html`${field.label} ${field.optional === true ? html`<span class="hint">(${t("form.optional")})</span>` : nothing}`;
    return html`
      <div class="field">
        ${
          field.kind === "toggle"
            ? html`<label class="check">${this.renderInput(field, described)} ${label}</label>`
            : html`<label for=${field.name}>${label}</label>${this.renderInput(field, described)}`
        }
        ${field.hint === undefined ? nothing : html`<span class="hint" id="${field.name}-hint">${field.hint}</span>`}
        ${why === undefined ? nothing : html`<span class="why" id="${field.name}-why">${fieldText(why, t)}</span>`}
      </div>
    `;
  };

  private renderInput(field: FormField, described: string[]): TemplateResult {
    const { name, kind } = field;
    const value = this.edits[name] ?? field.value;
    const by = described.join(" ").trim() || nothing;
    const invalid = this.refused[name] === undefined ? nothing : "true";
    const edit = (event: Event): void => this.edit(field, event.target as HTMLInputElement);
    switch (kind) {
      case "slotted":
        return html``;
      case "select":
        return html`<select id=${name} aria-describedby=${by} aria-invalid=${invalid} @change=${edit}>
          ${(field.options ?? []).map(
            (option) =>
              html`<option value=${option.value} .selected=${option.value === value}>${option.label}</option>`,
          )}
        </select>`;
      case "toggle":
        return html`<input type="checkbox" id=${name} .checked=${value === true} aria-describedby=${by} @change=${edit} />`;
      case "long":
        return html`<textarea id=${name} rows="3" maxlength=${field.maxLength ?? nothing} .value=${String(value)}
          aria-describedby=${by} aria-invalid=${invalid} @input=${edit}></textarea>`;
      case "number":
        return html`<input type="number" inputmode="numeric" id=${name} min=${field.min ?? nothing} max=${field.max ?? nothing}
          .value=${String(value)} aria-describedby=${by} aria-invalid=${invalid} @input=${edit} />`;
      case "secret":
        return html`<input type="password" id=${name} autocomplete="off" spellcheck="false" maxlength=${field.maxLength ?? nothing}
          .value=${String(value)} aria-describedby=${by} aria-invalid=${invalid} @input=${edit} />`;
      case "text":
        return html`<input type="text" id=${name} autocomplete="off" maxlength=${field.maxLength ?? nothing}
          list=${field.options === undefined ? nothing : `${name}-list`} .value=${String(value)}
          aria-describedby=${by} aria-invalid=${invalid} @input=${edit} />
          ${
            field.options === undefined
              ? nothing
              : html`<datalist id="${name}-list">${field.options.map((option) => html`<option value=${option.value}></option>`)}</datalist>`
          }`;
      case "either":
        return this.renderEither(field, String(value), by, invalid);
    }
  }

  private renderEither(
    field: FormField,
    value: string,
    by: string | typeof nothing,
    invalid: "true" | typeof nothing,
  ): TemplateResult {
    const { name, options = [], other } = field;
    const isTyped = this.typed.has(name) || !options.some((option) => option.value === value);
    const hint = `${name}-text-hint`;
    return html`
      <select id=${name} aria-describedby=${by} aria-invalid=${isTyped ? nothing : invalid} @change=${(event: Event) => this.pick(field, event.target as HTMLSelectElement)}>
        ${options.map((option) => html`<option value=${option.value} .selected=${!isTyped && option.value === value}>${option.label}</option>`)}
        <option value=${OTHER} .selected=${isTyped}>${other?.label}</option>
      </select>
      ${
        isTyped
          ? html`<label for="${name}-text">${other?.textLabel}</label>
              <input type="text" id="${name}-text" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength=${field.maxLength ?? nothing}
                .value=${value} aria-describedby=${[by, hint].filter((id) => typeof id === "string").join(" ")} aria-invalid=${invalid}
                @input=${(event: Event) => this.edit(field, event.target as HTMLInputElement)} />
              <span class="hint" id=${hint}>${other?.hint}</span>`
          : nothing
      }
    `;
  }

  /** Text begins empty: it is for what none of the choices says. */
  private pick(field: FormField, { value }: HTMLSelectElement): void {
    const typed = new Set(this.typed);
    if (value === OTHER) typed.add(field.name);
    else typed.delete(field.name);
    this.typed = typed;
    this.take(field, value === OTHER ? "" : value);
  }

  private renderConflict(conflict: Conflict): TemplateResult {
    const { t } = this;
    const fields = this.fields.filter(({ name }) => conflict.choice[name] !== undefined);
    return html`
      <form novalidate @submit=${this.submit}>
        <div class="note" role="alert">
          <h3>${t("conflict.title")}</h3>
          <p>${t("conflict.intro")}</p>
        </div>
        ${repeat(
          fields,
          (field) => field.name,
          (field) => html`
            <fieldset>
              <legend>${field.label}</legend>
              ${(["theirs", "yours"] as const).map(
                (whose) => html`
                  <label class="check">
                    <input type="radio" name=${field.name} .checked=${conflict.choice[field.name] === whose}
                      @change=${() => this.choose(field.name, whose)} />
                    <span>${t(`conflict.${whose}`, {
                      value: this.told(
                        field,
                        whose === "theirs" ? conflict.theirs[field.name] : this.allEdits()[field.name],
                      ),
                    })}</span>
                  </label>
                `,
              )}
            </fieldset>
          `,
        )}
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        <div class="end">
          <button class="accent" type="submit" ?disabled=${this.busy}>${this.busy ? t("form.saving") : t("conflict.save")}</button>
          <button type="button" class="quiet" @click=${this.reset}>${t("form.cancel")}</button>
        </div>
      </form>
    `;
  }

  private told(field: FormField, value: FormValue | undefined): string {
    const { t } = this;
    if (field.told && value !== undefined) return field.told(value);
    if (field.kind === "toggle") return t(value === true ? "form.yes" : "form.no");
    const text = field.options?.find((option) => option.value === value)?.label ?? String(value ?? "");
    return text === "" ? t("conflict.empty") : text;
  }

  private choose(name: string, whose: "theirs" | "yours"): void {
    if (this.conflict === null) return;
    this.conflict = { ...this.conflict, choice: { ...this.conflict.choice, [name]: whose } };
  }

  private edit(field: FormField, input: HTMLInputElement): void {
    const value = field.kind === "toggle" ? input.checked : field.kind === "number" ? input.valueAsNumber : input.value;
    this.take(field, value);
  }

  private take(field: FormField, value: FormValue): void {
    if (Object.keys(this.edits).length === 0) this.seenVersion = this.version;
    const edits = { ...this.edits, [field.name]: value };
    if (value === field.value && !this.fresh) delete edits[field.name];
    this.edits = edits;
    this.isGivenUp = false;
    const { [field.name]: _gone, ...refused } = this.refused;
    this.refused = refused;
    this.dispatchEvent(new CustomEvent("edited", { detail: this.values() }));
  }

  /** Something was typed or chosen that is not saved. */
  get isEdited(): boolean {
    return Object.entries(this.allEdits()).some(
      ([name, value]) => value !== this.fields.find((field) => field.name === name)?.value,
    );
  }

  get isUnsaved(): boolean {
    return this.isEdited && !this.busy && !this.isGivenUp;
  }

  /** Whoever typed it has said that it may go. */
  giveUp(): void {
    this.isGivenUp = true;
  }

  private allEdits(): FormValues {
    return { ...this.edits, ...this.slotted };
  }

  private values(): FormValues {
    const edits = this.allEdits();
    return Object.fromEntries(this.fields.map((field) => [field.name, edits[field.name] ?? field.value]));
  }

  private reset = (): void => {
    this.edits = {};
    this.typed = new Set();
    this.conflict = null;
    this.failure = null;
    this.refused = {};
  };

  private submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.failure = null;
    this.refused = {};
    try {
      const { conflict } = this;
      const values = conflict === null ? this.values() : { ...this.values(), ...chosen(conflict, this.allEdits()) };
      await this.save(values, conflict?.version ?? this.seenVersion ?? this.version);
      this.reset();
    } catch (error) {
      this.refuse(error);
    } finally {
      this.busy = false;
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      // The button that was pressed is off once there is nothing left to save.
      if (focusIsLost())
        this.renderRoot.querySelector<HTMLElement>("button[type=submit]:enabled, input, select, textarea")?.focus();
    }
  };

  private refuse(error: unknown): void {
    const { t } = this;
    if (error instanceof ApiError && error.status === 412) {
      this.conflict = this.conflictOf(error.details.current);
      if (this.conflict !== null) return;
      this.failure = t("conflict.gone");
      return;
    }
    if (error instanceof ApiError) {
      this.refused = Object.fromEntries(
        Object.entries(error.fields).filter(([name]) => this.fields.some((field) => field.name === name)),
      );
    }
    this.failure = Object.keys(this.refused).length > 0 ? null : problemText(error, t);
  }

  /** Fields where the row as it stands differs from what this person typed. Theirs wins until somebody chooses. */
  private conflictOf(current: unknown): Conflict | null {
    if (typeof current !== "object" || current === null || !("version" in current)) return null;
    const row = current as Record<string, FormValue>;
    const theirs = Object.fromEntries(
      this.fields.map(({ name, value, of }) => [name, of?.(row) ?? row[name] ?? value]),
    );
    const edits = this.allEdits();
    const differing = Object.keys(edits).filter((name) => theirs[name] !== edits[name]);
    return {
      version: Number(row.version),
      theirs,
      choice: Object.fromEntries(differing.map((name) => [name, "theirs" as const])),
    };
  }
}

function chosen(conflict: Conflict, edits: FormValues): FormValues {
  const picked = Object.entries(conflict.choice).map(([name, whose]) => [
    name,
    whose === "theirs" ? conflict.theirs[name] : edits[name],
  ]);
  return { ...conflict.theirs, ...Object.fromEntries(picked) };
}
