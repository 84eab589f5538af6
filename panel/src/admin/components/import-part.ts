import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import {
  type CsvKind,
  cancelJob,
  exportCsv,
  fetchImported,
  fetchJob,
  fetchJobs,
  type Job,
  startImport,
} from "../../data/upkeep.ts";
import { counted } from "../../localize/admin.ts";
import type { SiteAdmin } from "../admin.ts";
import { fieldText, problemText } from "../problem-text.ts";
import { adminStyle, partStyle } from "./admin-style.ts";
import { removedText, startOf } from "./last-import.ts";
import { readText } from "./read-text.ts";
import { saveFile } from "./save-file.ts";

const COLUMNS: Record<CsvKind, string> = {
  units: "building, number, kind, name",
  accounts: "username, type, label, place, enabled, vendor, model, mac, note, ha1",
  rules: "unit, position, source_pattern, action, target_sip_uri, ring_seconds, schedule, enabled",
};
/** Columns that know few words. */
const WORDS = ["kind", "type", "action", "enabled", "schedule"] as const;
const KINDS = ["units", "accounts", "rules"] as const;
const SHOWN = 200;
/** How a file of Excel or LibreOffice begins: they are ZIP archives, and old ones of Excel are OLE files. */
const WORKBOOKS = ["PK\u0003\u0004", "\u00d0\u00cf\u0011\u00e0"];
/** Beside what is pushed: a connection may be away while the job ends. */
const ASK_EVERY_MS = 1_000;

/** CSV in: first a look that changes nothing, then all of it or nothing. CSV out. */
@customElement("neolia-import-part")
export class ImportPart extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @state() private kind: CsvKind = "units";
  @state() private csv: string | null = null;
  @state() private job: Job | null = null;
  @state() private failure: string | null = null;
  @state() private busy = false;
  private unsubscribe: (() => void) | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    shared,
    adminStyle,
    partStyle,
    css`
      .lines {
        max-block-size: 320px;
        overflow: auto;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.admin.onMessage((message) => {
      if (message.type === "job") this.take(message.job);
    });
    this.timer = setInterval(() => void this.ask(), ASK_EVERY_MS);
    void this.findRunning();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    clearInterval(this.timer);
  }

  private take(job: Job): void {
    if (job.id === this.job?.id && this.running) this.job = job;
  }

  /** An import runs on when its page is closed or loaded again, and may be another installer's. */
  private async findRunning(): Promise<void> {
    const { api, site } = this.admin;
    const jobs = await fetchJobs(api, site.id).catch(() => []);
    this.job ??= jobs.find((job) => isRunning(job) && !job.dryRun) ?? null;
  }

  private async ask(): Promise<void> {
    const { job } = this;
    const { api, site, t } = this.admin;
    if (job === null || !this.running) return;
    try {
      this.take(await fetchJob(api, job.id));
      this.failure = null;
    } catch (error) {
      const isForgotten = error instanceof ApiError && error.code === "UNKNOWN_JOB";
      this.failure = problemText(error, t);
      // The job runs on, wherever the way to it has gone: asked again.
      if (error instanceof ApiError && (error.status === 0 || error.status >= 500)) return;
      const imported = isForgotten ? await fetchImported(api, site.id).catch(() => null) : [];
      // Whether a restart came before or after it was written, only the log knows: asked again until it answers.
      if (imported === null) return;
      const wrote = imported.find(({ id }) => id === job.id);
      if (wrote) {
        const { added, changed, removed } = wrote;
        this.take({ ...job, state: "done", counts: { added, changed, removed, same: job.total - added - changed } });
        this.failure = null;
      } else this.job = null;
    }
  }

  private get running(): boolean {
    return this.job !== null && isRunning(this.job);
  }

  protected override render(): TemplateResult {
    const { t } = this.admin;
    return html`
      <section class="card" aria-label=${t("import.title")}>
        <h2>${t("import.title")}</h2>
        <label>${t("import.kind")}
          <select ?disabled=${this.running} @change=${this.onKind}>
            ${KINDS.map((kind) => html`<option value=${kind}>${t(`import.kind.${kind}`)}</option>`)}
          </select>
        </label>
        <p class="muted">${t("import.columns", { columns: COLUMNS[this.kind] })}</p>
        <label>${t("import.file")} <input type="file" accept=".csv,text/csv,text/plain" ?disabled=${this.running} @click=${this.forget} @change=${this.onFile} /></label>
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        ${this.job === null ? html`<neolia-last-import .admin=${this.admin}></neolia-last-import>` : this.renderJob(this.job)}
        <div class="end">
          <button class="accent" ?disabled=${this.csv === null || this.busy || this.running} @click=${() => void this.start(true)}>${t("import.check")}</button>
          ${
            this.job?.dryRun === true && this.job.state === "done" && this.csv !== null
              ? html`<button class="go" ?disabled=${this.busy} @click=${() => void this.start(false)}>${t("import.now")}</button>`
              : nothing
          }
        </div>
        <p class="muted">${t("import.checkHint")}</p>
      </section>
      <section class="card" aria-label=${t("export.title")}>
        <h2>${t("export.title")}</h2>
        <div class="end">${KINDS.map((kind) => html`<button @click=${() => void this.export(kind)}>${t(`export.${kind}`)}</button>`)}</div>
      </section>
    `;
  }

  private renderJob(job: Job): TemplateResult {
    const { t } = this.admin;
    const { done, total, counts, problems, problemCount } = job;
    if (this.running) {
      const told = t(job.state === "writing" ? "import.writing" : "import.checking", { done, count: total });
      return html`<p role="status">${told}</p>${this.csv === null ? html`<p class="muted">${t("import.of", startOf(job, t))}</p>` : nothing}<progress aria-label=${told} max=${Math.max(1, total)} value=${done}></progress>
        <div class="end"><button ?disabled=${this.busy} @click=${() => void this.cancel()}>${t("form.cancel")}</button></div>`;
    }
    if (job.state === "cancelled") return html`<p role="status">${t("import.cancelled")}</p>`;
    if (job.state === "done") {
      return html`<p role="status" data-import=${job.dryRun ? "could" : "did"}><span class="chip good">${t(job.dryRun ? "import.would" : "import.did", counts)}</span></p>
        ${counts.removed > 0 ? html`<p class="note">${removedText(job, t)}</p>` : nothing}
        ${job.dryRun ? this.renderHeadings(job) : nothing}`;
    }
    if (job.error !== null) return html`<p class="failure" role="alert">${fieldText(job.error, t)}</p>`;
    return html`
      <p class="failure" role="alert">${counted(t, "import.problems", problemCount)}</p>
      <div class="lines" role="region" tabindex="0" aria-label=${t("import.reason")}>
        <table>
          <thead><tr><th scope="col">${t("import.line")}</th><th scope="col">${t("import.column")}</th><th scope="col">${t("import.reason")}</th></tr></thead>
          <tbody>
            ${problems
              .slice(0, SHOWN)
              .map(
                ({ line, column, code }) =>
                  html`<tr><td>${line}</td><td>${column === "" ? t("import.whole") : headingOf(job, column)}</td><td>${reasonOf(column, code, t)}</td></tr>`,
              )}
          </tbody>
        </table>
      </div>
      ${this.renderHeadings(job)}
      ${problemCount > problems.length ? html`<p class="muted">${t("import.first", { shown: problems.length, count: problemCount })}</p>` : nothing}
    `;
  }

  /** Columns that the file calls otherwise than we do. */
  private renderHeadings({ headings }: Job): TemplateResult | typeof nothing {
    const { t } = this.admin;
    const others = headings.filter(({ heading, column }) => heading.toLowerCase() !== column);
    if (others.length === 0) return nothing;
    const pairs = others.map(({ heading, column }) => t("import.heading", { heading, column }));
    return html`<p class="muted">${t("import.headings", { pairs: pairs.join(", ") })}</p>`;
  }

  private async start(dryRun: boolean): Promise<void> {
    const { api, site, t } = this.admin;
    if (this.csv === null) return;
    this.busy = true;
    this.failure = null;
    const checked = !dryRun && this.job !== null ? { revision: this.job.revision } : {};
    try {
      this.job = await startImport(api, { siteId: site.id, kind: this.kind, csv: this.csv, dryRun, ...checked });
    } catch (error) {
      this.failure = [problemText(error, t), ...columnTexts(error, t)].join(" ");
      if (error instanceof ApiError && error.code === "JOB_RUNNING") await this.findRunning();
    } finally {
      this.busy = false;
    }
  }

  private async cancel(): Promise<void> {
    const { api, t } = this.admin;
    if (this.job === null) return;
    this.busy = true;
    try {
      this.take(await cancelJob(api, this.job.id));
    } catch (error) {
      this.failure = problemText(error, t);
    } finally {
      this.busy = false;
    }
  }

  private async export(kind: CsvKind): Promise<void> {
    const { api, site, fail } = this.admin;
    try {
      saveFile(`neolia-${kind}.csv`, await exportCsv(api, kind, site.id), "text/csv");
    } catch (error) {
      fail(error);
    }
  }

  private onKind = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.kind = KINDS.find((kind) => kind === value) ?? "units";
    this.job = null;
  };

  /** So that the same file, mended meanwhile, can be chosen again: a browser tells only of another one. */
  private forget = (event: Event): void => {
    (event.target as HTMLInputElement).value = "";
    this.csv = null;
    this.job = null;
  };

  private onFile = async (event: Event): Promise<void> => {
    const file = (event.target as HTMLInputElement).files?.[0];
    this.job = null;
    const text = file === undefined ? null : await readText(file);
    const isWorkbook = text !== null && WORKBOOKS.some((start) => text.startsWith(start));
    this.csv = isWorkbook ? null : text;
    this.failure = isWorkbook ? this.admin.t("import.workbook") : null;
  };
}

function isRunning({ state }: Job): boolean {
  return state === "checking" || state === "writing";
}

/** Why a cell was refused; of a column that knows few words, which ones those are. */
function reasonOf(column: string, code: string, t: SiteAdmin["t"]): string {
  const words = code === "NOT_ALLOWED" || code === "WRONG_TYPE" ? WORDS.find((one) => one === column) : undefined;
  return words === undefined ? fieldText(code, t) : t(`import.words.${words}`);
}

/** As the file calls the column. */
function headingOf({ headings }: Job, wanted: string): string {
  return headings.find(({ column }) => column === wanted)?.heading ?? wanted;
}

/** Which columns a file has too few, too many, or twice. */
function columnTexts(error: unknown, t: SiteAdmin["t"]): string[] {
  if (!(error instanceof ApiError) || error.code !== "CSV_COLUMNS") return [];
  return (["missing", "unknown", "twice"] as const).flatMap((what) => {
    const names = error.details[what];
    if (!Array.isArray(names) || names.length === 0) return [];
    return [t(`columns.${what}`, { names: names.map((name) => `“${name}”`).join(", ") })];
  });
}
