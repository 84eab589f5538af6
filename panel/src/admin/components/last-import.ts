import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { type CsvKind, fetchImported, fetchJobs, type Job } from "../../data/upkeep.ts";
import { counted } from "../../localize/admin.ts";
import { clock } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import { fieldText } from "../problem-text.ts";
import { adminStyle } from "./admin-style.ts";

/** For whoever comes back to an import that ran on without its page: what became of the last one. */
@customElement("neolia-last-import")
export class LastImport extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @state() private told: string | null = null;
  private unsubscribe: (() => void) | null = null;

  static override styles = [shared, adminStyle];

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.admin.onMessage((message) => {
      if (message.type === "job" && message.job.siteId === this.admin.site.id) void this.load();
    });
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  private async load(): Promise<void> {
    const { api, site, t } = this.admin;
    try {
      const job = (await fetchJobs(api, site.id)).find(({ dryRun, endedAtMs }) => !dryRun && endedAtMs !== null);
      if (job) {
        this.told = `${t("import.last", startOf(job, t))} ${outcomeOf(job, t)}`;
        return;
      }
      const [last] = await fetchImported(api, site.id, 1);
      if (!last) return;
      const { added, changed, removed } = last;
      const told = [t("import.last", textOf(last.kind, last.atMs, last.by, t)), t("import.wrote", { added, changed })];
      if (removed > 0) told.push(counted(t, "import.removed", removed));
      this.told = told.join(" ");
    } catch {
      // Nothing to tell; what is wrong with the connection the page says.
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    return this.told === null ? nothing : html`<p class="muted" data-last-import>${this.told}</p>`;
  }
}

/** What, by whom and when, for the texts `import.last` and `import.of`. */
export function startOf({ kind, startedAtMs, by }: Job, t: SiteAdmin["t"]): Record<string, string> {
  return textOf(kind.slice("import-".length) as CsvKind, startedAtMs, by, t);
}

function textOf(kind: CsvKind, atMs: number, by: string, t: SiteAdmin["t"]): Record<string, string> {
  const day = new Intl.DateTimeFormat(t.locale, { dateStyle: "medium" }).format(atMs);
  return { kind: t(`import.kind.${kind}`), at: `${day}, ${clock(t, atMs)}`, by };
}

/** What an import took, or would take, away. */
export function removedText({ counts, dryRun }: Pick<Job, "counts" | "dryRun">, t: SiteAdmin["t"]): string {
  return counted(t, dryRun ? "import.removes" : "import.removed", counts.removed);
}

function outcomeOf(job: Job, t: SiteAdmin["t"]): string {
  const { state, counts, error, problemCount } = job;
  if (state === "done")
    return [t("import.did", counts), ...(counts.removed > 0 ? [removedText(job, t)] : [])].join(" ");
  if (state === "cancelled") return t("import.cancelled");
  return error === null ? counted(t, "import.problems", problemCount) : fieldText(error, t);
}
