import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import type { AccountWithPassword } from "../../data/rows.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import "./admin-dialog.ts";
import { adminStyle } from "./admin-style.ts";
import "./copy-button.ts";
import { printPart } from "./print-part.ts";
import { qrCode } from "./qr-code.ts";

/** A login with its password: shown once, so nothing but its own button closes it. Fires `closed`. */
@customElement("neolia-sip-card-dialog")
export class SipCardDialog extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property({ attribute: false }) account!: AccountWithPassword;

  static override styles = [
    shared,
    adminStyle,
    css`
      .card-body {
        display: grid;
        gap: 16px;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
      }
      .qr {
        block-size: 168px;
        border-radius: 10px;
        inline-size: 168px;
      }
      @media (max-width: 560px) {
        .card-body {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, account } = this;
    const { card } = account;
    return html`
      <neolia-admin-dialog firm .t=${t} .heading=${t("card.title", { name: account.label })}>
        <p class="note">${t("card.once")}</p>
        <div class="card-body">
          <dl>
            <dt>${t("card.username")}</dt><dd class="mono" data-card="username">${card.username}</dd>
            <dt>${t("card.password")}</dt><dd class="mono" data-card="password">${card.password}</dd>
            <dt>${t("card.domain")}</dt><dd class="mono" data-card="domain">${card.domain}</dd>
            <dt>${t("card.server")}</dt><dd class="mono" data-card="server">${card.server}</dd>
            <dt>${t("card.transport")}</dt>
            <dd>${card.transports.map(({ transport, port }) => `${transport.toUpperCase()} (${t("card.port", { port })})`).join(", ")}</dd>
          </dl>
          ${qrCode(card.text, t("card.qr"))}
        </div>
        <div class="end no-print">
          <button class="accent" autofocus @click=${this.close}>${t("card.kept")}</button>
          <neolia-copy-button .t=${t} .text=${card.text} .label=${t("card.copyAll")}></neolia-copy-button>
          <button @click=${this.print}>${t("card.print")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private print = (): void => {
    const body = this.renderRoot.querySelector(".card-body");
    if (body !== null) printPart(body, this.t("card.title", { name: this.account.label }));
  };

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };
}
