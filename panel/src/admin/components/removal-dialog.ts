import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Removal } from "../../../../bridge/src/api/directory.ts";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import { type AdminLocalizer, counted } from "../../localize/admin.ts";
import { problemText } from "../problem-text.ts";
import "./admin-dialog.ts";
import { adminStyle } from "./admin-style.ts";

/** Names that are told one by one; more are counted. */
const NAMED = 8;

/** Asks before something is removed, and says first what goes along. Fires `closed`, and `removed` when it is done. */
@customElement("neolia-removal-dialog")
export class RemovalDialog extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property() name = "";
  @property({ attribute: false }) look!: () => Promise<Removal>;
  @property({ attribute: false }) removeNow!: () => Promise<unknown>;
  @state() private removal: Removal | null = null;
  @state() private failure: string | null = null;
  @state() private busy = false;

  static override styles = [shared, adminStyle];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.lookFirst();
  }

  private async lookFirst(): Promise<void> {
    try {
      this.removal = await this.look();
    } catch (error) {
      this.failure = problemText(error, this.t);
    }
  }

  protected override render(): TemplateResult {
    const { t, removal } = this;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("removal.title", { name: this.name })} @closed=${this.close}>
        ${removal === null ? (this.failure === null ? html`<p role="status">${t("removal.looking")}</p>` : nothing) : this.renderRemoval(removal)}
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        <div class="end">
          <button class="stop" ?disabled=${removal === null || this.busy} @click=${this.confirm}>${t("form.remove")}</button>
          <button @click=${this.close}>${t("form.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private renderRemoval(removal: Removal): TemplateResult {
    const { t } = this;
    const lines = linesOf(removal, t);
    if (lines.length === 0) return html`<p>${t("removal.nothing")}</p>`;
    return html`<p>${t("removal.intro")}</p><ul class="rows">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
  }

  private confirm = async (): Promise<void> => {
    this.busy = true;
    this.failure = null;
    try {
      if (await this.takesMoreThanSaid()) return;
      await this.removeNow();
      this.dispatchEvent(new CustomEvent("removed"));
    } catch (error) {
      const changed = error instanceof ApiError && error.status === 412;
      this.failure = problemText(error, this.t);
      if (changed) await this.lookFirst();
    } finally {
      this.busy = false;
    }
  };

  /** Somebody may have added to it since it was said what goes along: then it is said anew, and asked again. */
  private async takesMoreThanSaid(): Promise<boolean> {
    const now = await this.look();
    if (JSON.stringify(now) === JSON.stringify(this.removal)) return false;
    this.removal = now;
    this.failure = this.t("removal.changed");
    return true;
  }

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };
}

function linesOf(removal: Removal, t: AdminLocalizer): string[] {
  const lines: string[] = [];
  const named = (names: readonly string[]): string => {
    const text = new Intl.ListFormat(t.locale).format(names.slice(0, NAMED));
    return names.length <= NAMED ? text : t("removal.andMore", { names: text, count: names.length - NAMED });
  };
  for (const noun of ["units", "doors", "accounts"] as const) {
    const names = removal[noun];
    if (names.length > 0) lines.push(counted(t, `removal.${noun}`, names.length, { names: named(names) }));
  }
  for (const noun of ["callsEnded", "loggedOut", "rules", "members", "pairings"] as const) {
    if (removal[noun] > 0) lines.push(counted(t, `removal.${noun}`, removal[noun]));
  }
  if (removal.targetsLost.length > 0) lines.push(t("removal.targets", { names: named(removal.targetsLost) }));
  if (removal.callersLost.length > 0) lines.push(t("removal.callers", { names: named(removal.callersLost) }));
  for (const { kind, count, days } of removal.kept) {
    if (count === 0) continue;
    if (days === null) lines.push(counted(t, `removal.${kind}`, count));
    else lines.push(counted(t, `removal.${kind}Days`, count, { days: String(days) }));
  }
  return lines;
}
