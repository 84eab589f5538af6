import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Backup } from "../../../../bridge/src/api/backup.ts";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import {
  fetchBackup,
  fetchRestoreProgress,
  type RestoreProgress,
  type RestoreReply,
  restoreBackup,
} from "../../data/upkeep.ts";
import { counted } from "../../localize/admin.ts";
import type { Admin } from "../admin.ts";
import { problemText } from "../problem-text.ts";
import { adminStyle, partStyle } from "./admin-style.ts";
import { moment } from "./registration.ts";
import { saveFile } from "./save-file.ts";

/** How far it is when each begins, of five parts: sending is followed by what the bridge says. */
const STEPS = { sending: 1, reading: 2, checking: 3, writing: 4 } as const;
const ASK_EVERY_MS = 500;
/** What the bridge takes at most, less what is put around it. */
const LARGEST_BYTES = 96 * 2 ** 20 - 1_024;

/** The whole site out into a file, and out of a file into an app that does not have it: first a look, then the restore. */
@customElement("neolia-backup-part")
export class BackupPart extends LitElement {
  @property({ attribute: false }) admin!: Admin;
  @state() private backup: unknown = null;
  @state() private found: RestoreReply | null = null;
  /** Recordings that the last saved file had no room for. */
  @state() private leftOut: string[] = [];
  @state() private failure: string | null = null;
  @state() private busy = false;
  /** Of the look or the restore that this page waits for; null: it waits for none. */
  @state() private step: keyof typeof STEPS | null = null;

  static override styles = [shared, adminStyle, partStyle];

  protected override render(): TemplateResult {
    const { t, site } = this.admin;
    return html`
      ${
        site === null
          ? nothing
          : html`<section class="card" aria-label=${t("backup.make")}>
              <h2>${t("backup.make")}</h2>
              <p class="muted">${t("backup.makeHint")}</p>
              <p class="muted">${t("backup.leftOut")}</p>
              <div class="end"><button class="accent" ?disabled=${this.busy} @click=${() => void this.save(site.id, site.name)}>${t("backup.make")}</button></div>
              <p class="failure" role="alert" ?hidden=${this.leftOut.length === 0}>${t("backup.clipsLeftOut", { names: this.leftOut.join(", ") })}</p>
            </section>`
      }
      <section class="card" aria-label=${t("backup.restore")}>
        <h2>${t("backup.restore")}</h2>
        <p class="muted">${t("backup.restoreHint")}</p>
        <label>${t("backup.file")} <input type="file" accept=".json,application/json" ?disabled=${this.busy} @click=${this.forget} @change=${this.onFile} /></label>
        ${this.step === null ? nothing : this.renderStep(this.step)}
        ${this.found === null ? nothing : this.renderFound(this.found)}
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
      </section>
    `;
  }

  private renderStep(step: keyof typeof STEPS): TemplateResult {
    const told = this.admin.t(`backup.step.${step}`);
    return html`<p role="status">${told}</p><progress aria-label=${told} max="5" value=${STEPS[step]}></progress>`;
  }

  private renderFound({ site, counts }: RestoreReply): TemplateResult {
    const { t } = this.admin;
    const madeAtMs = (this.backup as { madeAtMs?: number }).madeAtMs ?? 0;
    const facts = [
      counted(t, "count.buildings", counts.buildings),
      counted(t, "count.units", counts.units),
      counted(t, "count.doors", counts.doors),
      counted(t, "count.devices", counts.accounts),
      counted(t, "count.rules", counts.rules),
      ...(counts.clips > 0 ? [counted(t, "count.clips", counts.clips)] : []),
    ];
    return html`
      <p>${t("backup.found", { name: site.name, domain: site.domain, time: moment(madeAtMs, t) })} ${facts.join(", ")}.</p>
      <div class="end"><button class="accent" ?disabled=${this.busy} @click=${() => void this.restore()}>${t("backup.restoreNow")}</button></div>
    `;
  }

  private async save(siteId: string, name: string): Promise<void> {
    this.busy = true;
    try {
      const day = new Date().toISOString().slice(0, 10);
      const text = await fetchBackup(this.admin.api, siteId);
      saveFile(`neolia ${name} ${day}.json`, text, "application/json");
      const { clipsLeftOut = [] } = JSON.parse(text) as Pick<Backup, "clipsLeftOut">;
      this.leftOut = clipsLeftOut;
    } catch (error) {
      this.admin.fail(error);
    } finally {
      this.busy = false;
    }
  }

  /** The same file can be chosen again. */
  private forget = (event: Event): void => {
    (event.target as HTMLInputElement).value = "";
    this.found = null;
    this.failure = null;
  };

  private onFile = async (event: Event): Promise<void> => {
    const file = (event.target as HTMLInputElement).files?.[0];
    this.found = null;
    this.failure = null;
    if (file === undefined) return;
    this.busy = true;
    try {
      // Before it is read: a film chosen by mistake would take the tab's memory.
      if (file.size > LARGEST_BYTES) throw new ApiError("BACKUP_TOO_LARGE", 413);
      this.backup = JSON.parse(await file.text()) as unknown;
      this.found = await this.followed(() => restoreBackup(this.admin.api, this.backup, true));
    } catch (error) {
      const notOurs = error instanceof SyntaxError || (error instanceof ApiError && error.code === "INVALID_REQUEST");
      const known = notOurs ? new ApiError("BACKUP_DAMAGED", 400) : error;
      this.failure = problemText(known, this.admin.t);
    } finally {
      this.busy = false;
    }
  };

  /** Shows which step it is at, until it is over. */
  private async followed(work: () => Promise<RestoreReply>): Promise<RestoreReply> {
    this.step = "sending";
    const timer = setInterval(() => {
      const told = ({ step }: RestoreProgress): void => {
        if (this.step !== null && step !== null) this.step = step;
      };
      // Not to be had just now: it is asked again.
      fetchRestoreProgress(this.admin.api).then(told, () => undefined);
    }, ASK_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.step = null;
    }
  }

  private async restore(): Promise<void> {
    const { api, t, toast, openSite } = this.admin;
    this.busy = true;
    try {
      const { site } = await this.followed(() => restoreBackup(api, this.backup, false));
      toast({ text: t("backup.restored", { name: site.name }) });
      openSite(site.id);
    } catch (error) {
      this.failure = problemText(error, t);
    } finally {
      this.busy = false;
    }
  }
}
