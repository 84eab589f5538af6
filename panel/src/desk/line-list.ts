import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { shared } from "../components/style.ts";
import type { Line } from "../data/desk.ts";
import type { DeskContext } from "./desk-context.ts";
import { formStyle } from "./form-style.ts";
import "./new-line.ts";

/** All lines, each a way to its settings (where it can be removed), and one more. For administrators. */
@customElement("neolia-line-list")
export class LineList extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @state() private adding = false;
  /** The new line's password is on the screen, once. */
  @state() private secret = false;
  @state() private edited = false;

  static override styles = [
    shared,
    adminStyle,
    formStyle,
    css`
      ul {
        display: grid;
        gap: 2px;
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 4px 10px;
        min-block-size: 44px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, lines, line, api, directory } = this.desk;
    return html`
      <section class="card" aria-label=${t("line.all")}>
        <div><h2>${t("line.all")}</h2><p class="muted">${t("line.allHint")}</p></div>
        <ul>${lines.map((one) => this.renderLine(one, one.id === line.id))}</ul>
        ${this.adding ? nothing : html`<div><button @click=${this.add}>${t("line.another")}</button></div>`}
      </section>
      ${
        this.adding
          ? html`<neolia-admin-dialog .t=${t} .heading=${t("line.another")} ?firm=${this.secret} .edited=${this.edited} @input=${this.edit} @closed=${this.close}>
              <neolia-new-line .t=${t} .api=${api} .directory=${directory} .lines=${lines} @shown=${this.shown} @made=${this.made}></neolia-new-line>
            </neolia-admin-dialog>`
          : nothing
      }
    `;
  }

  private renderLine({ id, label, gateway }: Line, isThis: boolean): TemplateResult {
    const { t } = this.desk;
    const text = t("line.listed", { label, gateway: gateway ?? t("line.noGateway") });
    return html`<li>
      ${isThis ? html`<span aria-current="true">${text}</span><span class="muted">${t("line.thisOne")}</span>` : html`<a href=${`#/desk/${id}/settings`}>${text}</a>`}
    </li>`;
  }

  private edit = (): void => {
    this.edited = true;
  };

  private shown = (): void => {
    this.secret = true;
    this.edited = false;
  };

  private add = (): void => {
    this.adding = true;
    this.secret = false;
    this.edited = false;
  };

  private close = (): void => {
    this.adding = false;
  };

  private made = ({ detail }: CustomEvent<Line>): void => {
    this.adding = false;
    this.desk.added(detail);
  };
}
