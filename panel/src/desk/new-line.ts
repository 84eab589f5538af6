import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { problemText } from "../admin/problem-text.ts";
import { shared } from "../components/style.ts";
import type { DeskApi, Line, LineWithPassword } from "../data/desk.ts";
import type { Directory } from "../data/directory.ts";
import { type Typed, TypedWatch } from "../leaving.ts";
import type { DeskLocalizer } from "../localize/desk.ts";
import { formStyle } from "./form-style.ts";

/**
 * Adds a restaurant's line, and shows the gateway's password once. Fires `made` with the line as its detail when that has
 * been noted; `shown` when it stands there.
 */
@customElement("neolia-new-line")
export class NewLineForm extends LitElement implements Typed {
  @property({ attribute: false }) t!: DeskLocalizer;
  @property({ attribute: false }) api!: DeskApi;
  @property({ attribute: false }) directory: Directory | null = null;
  /** Lines that are there already: their gateways' names are taken. */
  @property({ attribute: false }) lines: readonly Line[] = [];
  @state() private made: LineWithPassword | null = null;
  @state() private failure: string | null = null;
  @state() private working = false;
  protected readonly watch = new TypedWatch(this);

  static override styles = [shared, adminStyle, formStyle];

  protected override render(): TemplateResult {
    const { t, directory } = this;
    if (this.made !== null) return this.renderMade(this.made.account);
    const buildings = directory?.buildings ?? [];
    if (buildings.length === 0) return html`<p class="note">${t("line.noBuilding")}</p>`;
    return html`
      <form class="card" @submit=${this.submit}>
        <h2>${t("line.new")}</h2>
        <div class="fields">
          <label>${t("line.newLabel")}<input name="label" required maxlength="80" /></label>
          <label>${t("line.newGateway")}<input name="gateway" required pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,39}" value=${this.freeGateway()} />
            <span class="hint">${t("line.newGatewayHint")}</span></label>
          <label>${t("line.newBuilding")}<select name="buildingId">${buildings.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}</select></label>
        </div>
        ${this.failure === null ? nothing : html`<p class="failure" role="alert">${this.failure}</p>`}
        <div class="end"><button class="accent" ?disabled=${this.working}>${t("line.new")}</button></div>
      </form>
    `;
  }

  get isUnsaved(): boolean {
    const { working, made } = this;
    return !working && made === null && Boolean(this.renderRoot.querySelector<HTMLInputElement>("[name=label]")?.value);
  }

  private freeGateway(): string {
    const taken = new Set(this.lines.map(({ gateway }) => gateway));
    for (let number = 1; ; number++) if (!taken.has(`ht841_restaurant${number}`)) return `ht841_restaurant${number}`;
  }

  private renderMade({ username, domain, password }: LineWithPassword["account"]): TemplateResult {
    const { t } = this;
    return html`
      <section class="card" role="status">
        <h2>${t("line.made")}</h2>
        <p>${t("line.password")}</p>
        <dl>
          <dt>${t("line.domain")}</dt><dd class="mono">${domain}</dd>
          <dt>${t("line.account")}</dt><dd class="mono">${username}</dd>
          <dt>${t("line.secret")}</dt><dd class="mono">${password}</dd>
        </dl>
        <div class="end"><button class="accent" @click=${this.finish}>${t("line.done")}</button></div>
      </section>
    `;
  }

  private submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(fields.get(name) ?? "").trim();
    this.working = true;
    this.failure = null;
    try {
      this.made = await this.api.createLine({
        label: text("label"),
        gateway: text("gateway"),
        buildingId: text("buildingId"),
      });
      this.dispatchEvent(new CustomEvent("shown"));
    } catch (error) {
      this.failure = problemText(error, this.t);
    } finally {
      this.working = false;
    }
  };

  private finish = (): void => {
    this.dispatchEvent(new CustomEvent("made", { detail: this.made }));
  };
}
