import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import { fetchMembers, type Member, putMember } from "../../data/members.ts";
import { unitLabel } from "../../localize/localize.ts";
import "../components/admin-list.ts";
import { adminStyle, splitStyle } from "../components/admin-style.ts";
import { ArraySource } from "../components/list-source.ts";
import "../components/member-detail.ts";
import type { LinksEdit } from "../components/member-detail.ts";
import { AdminPage } from "./admin-page.ts";

interface Line extends Member {
  id: string;
  /** What the search looks at. */
  text: string;
}

/** Home Assistant's users: search, and beside the list what the chosen one sees. */
@customElement("neolia-members-page")
export class MembersPage extends AdminPage {
  @state() private members: readonly Member[] | null = null;
  @state() private failed = false;
  /** Of whom a change is on its way, or was the last to arrive. */
  @state() private saved: { userId: string; done: boolean } | null = null;
  private lastSave: Promise<unknown> = Promise.resolve();
  private readonly source = new ArraySource<Line>(({ text }) => text);

  static override styles = [shared, adminStyle, splitStyle];

  protected override siteChosen(): void {
    void this.load();
  }

  protected override directoryChanged(): void {
    void this.load();
  }

  protected override render(): TemplateResult {
    const { admin, members, source } = this;
    const { t, place } = admin;
    const [chosen = null] = place.rest;
    const member = members?.find(({ userId }) => userId === chosen);
    source.set(this.lines(members ?? []));
    return html`
      <div class="split ${chosen !== null ? "one" : ""}">
        <div class="list">
          <div class="bar"><h1 tabindex="-1">${t("nav.members")}</h1></div>
          ${
            members !== null && members.length > 0 && members.every(({ name }) => name === null)
              ? html`<p class="note" role="status">${t("members.unknown")}</p>`
              : nothing
          }
          ${this.renderList(members, chosen)}
        </div>
        <div class="detail">
          ${
            member !== undefined
              ? keyed(
                  member.userId,
                  html`<neolia-member-detail .admin=${admin} .member=${member} .name=${this.nameOf(member)}
                    .saved=${this.saved?.userId === member.userId ? this.saved.done : null}
                    .save=${this.save} @back=${this.back}></neolia-member-detail>`,
                )
              : html`<div class="page">
                  <p class="muted">${t(chosen !== null && members !== null ? "admin.notThere" : "members.choose")}</p>
                  <button class="narrow-only" @click=${this.back}>${icon("back")} ${t("admin.back")}</button>
                </div>`
          }
        </div>
      </div>
    `;
  }

  private renderList(members: readonly Member[] | null, chosen: string | null): TemplateResult {
    const { t, open } = this.admin;
    if (members === null) {
      return this.failed
        ? html`<div role="alert"><p class="failure">${t("list.failed")}</p>
            <button @click=${() => void this.load()}>${t("error.retry")}</button></div>`
        : html`<p role="status">${t("list.loading")}</p>`;
    }
    return html`<neolia-admin-list .t=${t} .label=${t("members.search")} .source=${this.source} .row=${this.row}
      .rowHeight=${76} .chosenId=${chosen} .empty=${html`<p>${t("members.none")}</p>`}
      @choose=${(event: CustomEvent<Line>) => open("members", event.detail.id)}></neolia-admin-list>`;
  }

  private row = (line: Line): TemplateResult => {
    const { t } = this.admin;
    const units = this.unitNames(line);
    return html`
      <span class="bar"><strong>${this.nameOf(line)}</strong>
        ${line.administrator ? html`<span class="chip good">${t("members.administrator")}</span>` : nothing}</span>
      <span class="bar">
        ${
          units !== ""
            ? html`<span class="muted">${units}</span>`
            : line.administrator || line.desk
              ? html`<span></span>`
              : html`<span class="chip wait">${t("members.noUnit")}</span>`
        }
        ${line.desk ? html`<span class="chip">${t("members.deskChip")}</span>` : nothing}
      </span>
    `;
  };

  private lines(members: readonly Member[]): Line[] {
    const { t } = this.admin;
    return members
      .map((member) => ({ ...member, id: member.userId, text: `${this.nameOf(member)} ${this.unitNames(member)}` }))
      .sort(
        (a, b) =>
          Number(a.name === null) - Number(b.name === null) || this.nameOf(a).localeCompare(this.nameOf(b), t.locale),
      );
  }

  private nameOf({ name }: Member): string {
    return name ?? this.admin.t("members.gone");
  }

  private unitNames({ unitIds }: Member): string {
    const { t, directory } = this.admin;
    return directory.units
      .filter(({ id }) => unitIds.includes(id))
      .map(({ number }) => unitLabel(t, number))
      .join(", ");
  }

  private async load(): Promise<void> {
    try {
      this.members = await fetchMembers(this.admin.api);
      this.failed = false;
    } catch (error) {
      this.failed = true;
      if (this.members !== null) this.admin.fail(error);
    }
  }

  /** One change after the other, so that somebody quick never stands in their own way. True: it was saved. */
  private save = (userId: string, edit: LinksEdit): Promise<boolean> => {
    const turn = this.lastSave.then(() => this.change(userId, edit));
    this.lastSave = turn;
    return turn;
  };

  /** Shows the change at once, and takes it back when it could not be saved. */
  private async change(userId: string, edit: LinksEdit): Promise<boolean> {
    const before = this.members;
    const member = before?.find((one) => one.userId === userId);
    if (member === undefined) return false;
    const links = edit({ unitIds: member.unitIds, desk: member.desk });
    this.saved = { userId, done: false };
    this.put(userId, links);
    try {
      const { unitIds, desk, version } = await putMember(this.admin.api, member, links);
      this.put(userId, { unitIds, desk, version });
      this.saved = { userId, done: true };
      return true;
    } catch (error) {
      this.members = before;
      this.saved = null;
      this.admin.fail(error);
      // Somebody else was faster: what they made of it is shown.
      if (error instanceof ApiError && error.status === 412) await this.load();
      return false;
    }
  }

  private put(userId: string, links: Partial<Member>): void {
    this.members = (this.members ?? []).map((member) => (member.userId === userId ? { ...member, ...links } : member));
  }

  private back = (): void => {
    this.admin.open("members");
  };
}
