import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import {
  type AuditEntry,
  type AuditPage as AuditList,
  type AuditQuery,
  exportAudit,
  fetchAudit,
} from "../../data/upkeep.ts";
import { counted } from "../../localize/admin.ts";
import { clock } from "../../localize/localize.ts";
import { changedLabel, changeTexts, whoText } from "../audit-text.ts";
import { adminStyle } from "../components/admin-style.ts";
import { saveFile } from "../components/save-file.ts";
import { loggedWord } from "../problem-text.ts";
import { AdminPage } from "./admin-page.ts";

const NOUNS = [
  "site",
  "site-token",
  "building",
  "unit",
  "door",
  "line",
  "menu",
  "account",
  "rule",
  "device",
  "member",
  "pairing",
  "import",
  "export",
  "backup",
  "grant",
  "remote-site",
  "test-ring",
  "audit",
];
/** What was done with residents and the restaurant is not told elsewhere. */
const NOT_ELSEWHERE = new Set(["member", "line", "menu", "remote-site", "audit"]);
const PAGE = 100;
const AT_A_GLANCE = 3;
const TYPING_MS = 250;

/** Who did what, when, from where; filtered and exported. */
@customElement("neolia-audit-page")
export class AuditPage extends AdminPage {
  @state() private page: AuditList | null = null;
  @state() private entries: AuditEntry[] = [];
  @state() private query: AuditQuery = {};
  private typing: ReturnType<typeof setTimeout> | undefined;
  private loads = 0;

  static override styles = [
    shared,
    adminStyle,
    css`
      .filters {
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 170px), 1fr));
      }
      .filters label {
        display: grid;
        font-weight: 600;
        gap: 4px;
      }
      .scroll {
        overflow-x: auto;
      }
      td time {
        white-space: nowrap;
      }
      @container (max-width: 620px) {
        table,
        tbody,
        tr,
        td {
          display: block;
        }
        thead {
          display: none;
        }
        td {
          border: 0;
          padding: 2px 0;
        }
        tr {
          border-block-end: 1px solid var(--nl-line);
          padding-block: 10px;
        }
      }
    `,
  ];

  protected override siteChosen(): void {
    const [word, search] = this.admin.place.rest;
    this.query = { siteId: this.admin.site.id, ...(word === "search" && search !== undefined && { search }) };
    void this.load();
  }

  private async load(older = false): Promise<void> {
    const { api, fail } = this.admin;
    const before = older && this.page?.next != null ? { before: this.page.next } : {};
    // Answers come in any order: what was asked for before is not what the filters say now.
    this.loads += 1;
    const load = this.loads;
    try {
      const page = await fetchAudit(api, { ...this.query, ...before, limit: PAGE });
      if (load !== this.loads) return;
      this.page = page;
      this.entries = older ? [...this.entries, ...page.entries] : page.entries;
    } catch (error) {
      if (load === this.loads) fail(error);
    }
  }

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const { page } = this;
    const { search, noun } = this.query;
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${t("nav.audit")}</h1>
          <button @click=${this.export}>${t("audit.export")}</button>
        </div>
        ${this.renderFilters()}
        ${
          page === null
            ? html`<span class="skeleton"></span>`
            : this.entries.length === 0
              ? html`<p class="card">${t(search === undefined && noun === undefined ? "audit.none" : "audit.noneFits")}</p>`
              : this.renderEntries(page)
        }
      </div>
    `;
  }

  private renderFilters(): TemplateResult {
    const { t } = this.admin;
    const known = NOUNS.filter((noun) => !NOT_ELSEWHERE.has(noun) || this.admin.remote === null);
    const nouns = known.map((noun) => html`<option value=${noun}>${loggedWord("noun", noun, t)}</option>`);
    return html`
      <div class="filters" role="search">
        <label>${t("list.search")} <input type="search" maxlength="80" autocomplete="off" placeholder=${t("audit.searchHint")} value=${this.query.search ?? ""} @input=${this.onSearch} /></label>
        <label>${t("audit.noun")} <select @change=${this.onNoun}><option value="">${t("audit.anyNoun")}</option>${nouns}</select></label>
        <label>${t("audit.since")} <input type="date" @change=${(event: Event) => this.onDate("fromMs", event)} /></label>
        <label>${t("audit.until")} <input type="date" @change=${(event: Event) => this.onDate("toMs", event)} /></label>
      </div>
      <label class="check"><input type="checkbox" .checked=${this.query.siteId !== undefined} @change=${this.onSite} />${t("audit.thisSite")}</label>
    `;
  }

  private renderEntries(page: AuditList): TemplateResult {
    const { t } = this.admin;
    return html`
      <div class="card scroll" role="region" aria-label=${t("nav.audit")} tabindex="0">
        <table>
          <thead><tr><th scope="col">${t("audit.when")}</th><th scope="col">${t("audit.who")}</th>
            <th scope="col">${t("audit.what")}</th><th scope="col">${t("audit.from")}</th></tr></thead>
          <tbody>${repeat(this.entries, (entry) => entry.id, this.renderEntry)}</tbody>
        </table>
        ${page.next === null ? nothing : html`<div><button @click=${() => void this.load(true)}>${t("audit.older")}</button></div>`}
        <p class="muted">${t("audit.kept", { days: page.keptDays, entries: page.keptEntries.toLocaleString(t.locale) })}</p>
      </div>
    `;
  }

  private renderEntry = (entry: AuditEntry): TemplateResult => {
    const { t } = this.admin;
    const day = new Intl.DateTimeFormat(t.locale, { dateStyle: "medium" }).format(entry.atMs);
    const changes = changeTexts(entry, this.admin.directory, t);
    return html`
      <tr>
        <td><time datetime=${new Date(entry.atMs).toISOString()}>${day}, ${clock(t, entry.atMs)}</time></td>
        <td>${whoText(entry.who, t)}</td>
        <td><strong>${t("text.labelled", { label: loggedWord("noun", entry.noun, t), value: loggedWord("verb", entry.verb, t) })}</strong> ${changedLabel(entry, t)} ${this.renderChanges(changes)}</td>
        <td class="mono">${entry.from}</td>
      </tr>
    `;
  };

  /** An edit of a field or two is read at a glance; all the fields of a new row are there for whoever asks. */
  private renderChanges(changes: readonly string[]): TemplateResult | typeof nothing {
    const { t } = this.admin;
    if (changes.length === 0) return nothing;
    const lines = changes.map((change) => html`<div class="muted">${change}</div>`);
    if (changes.length <= AT_A_GLANCE) return html`${lines}`;
    return html`<details><summary>${counted(t, "audit.fields", changes.length)}</summary>${lines}</details>`;
  }

  private onSearch = (event: Event): void => {
    clearTimeout(this.typing);
    const search = (event.target as HTMLInputElement).value.trim();
    this.typing = setTimeout(() => this.ask({ search: search === "" ? undefined : search }), TYPING_MS);
  };

  private onNoun = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.ask({ noun: value === "" ? undefined : value });
  };

  private onDate(name: "fromMs" | "toMs", event: Event): void {
    const { value } = event.target as HTMLInputElement;
    // A day ends where the next one begins, on this browser's clock.
    const day = new Date(`${value}T00:00`);
    // Two days of the year do not have 24 hours.
    if (name === "toMs") day.setDate(day.getDate() + 1);
    // While a year is typed, it is 2, 20 and 202 first.
    this.ask({ [name]: value === "" ? undefined : Math.max(0, day.getTime()) });
  }

  private onSite = (event: Event): void => {
    this.ask({ siteId: (event.target as HTMLInputElement).checked ? this.admin.site.id : undefined });
  };

  private ask(change: { [K in keyof AuditQuery]: AuditQuery[K] | undefined }): void {
    const merged = Object.entries({ ...this.query, ...change }).filter(([, value]) => value !== undefined);
    this.query = Object.fromEntries(merged) as AuditQuery;
    void this.load();
  }

  private export = async (): Promise<void> => {
    try {
      saveFile("neolia-audit.csv", await exportAudit(this.admin.api, this.query), "text/csv");
    } catch (error) {
      this.admin.fail(error);
    }
  };
}
