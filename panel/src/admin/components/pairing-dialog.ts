import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { addPairing, type Pairing, type PairingWithSecret, withdrawPairing } from "../../data/devices.ts";
import { clock } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import { isOnlyHere } from "../own-address.ts";
import "./admin-dialog.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import "./copy-button.ts";
import { type FormValues, textOf } from "./form-field.ts";
import { qrCode } from "./qr-code.ts";

/**
 * Brings a wall panel or a phone into a unit without a password: a code to scan, follow or type, and what has become of
 * it. Closing the dialog withdraws a code that nobody used. Fires `closed`.
 */
@customElement("neolia-pairing-dialog")
export class PairingDialog extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @property() kind: Pairing["kind"] = "panel";
  @property() unitId = "";
  /** A device that gets a new login on other hardware; "" for a new one. */
  @property() accountId = "";
  @property() label = "";
  @state() private pairing: PairingWithSecret | null = null;
  private unsubscribe: (() => void) | null = null;

  static override styles = [
    shared,
    adminStyle,
    css`
      .codes {
        align-items: center;
        display: flex;
        flex-wrap: wrap;
        gap: 20px;
      }
      .qr {
        block-size: 210px;
        border-radius: 10px;
        inline-size: 210px;
      }
      .code {
        font-size: 34px;
        font-weight: 700;
        letter-spacing: 0.06em;
      }
      .told {
        display: grid;
        flex: 1 1 220px;
        gap: 8px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.admin.onMessage((message) => {
      if (message.type === "pairing" && message.pairing.id === this.pairing?.id) {
        this.pairing = { ...this.pairing, ...message.pairing };
      }
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const { pairing, kind } = this;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t(kind === "panel" ? "pair.panel" : "pair.phone")} @closed=${this.close}>
        ${pairing === null ? this.renderForm() : pairing.state === "waiting" ? this.renderCode(pairing) : this.renderEnd(pairing)}
      </neolia-admin-dialog>
    `;
  }

  private renderForm(): TemplateResult {
    const { t } = this.admin;
    const value = this.label || t(this.kind === "panel" ? "pair.defaultPanel" : "pair.defaultPhone");
    const renews = this.accountId !== "";
    return html`${renews ? html`<p class="note" data-pairing="renews">${t("pair.renews")}</p>` : nothing}
      <neolia-admin-form .t=${t} fresh .submitLabel=${t("pair.makeCode")} .save=${this.make}
      .fields=${[{ name: "label", label: t("pair.name"), kind: "text" as const, value, maxLength: 80 }]}></neolia-admin-form>`;
  }

  private make = async (values: FormValues): Promise<void> => {
    const { kind, unitId, accountId } = this;
    this.label = textOf(values, "label");
    const label = this.label;
    this.pairing = await addPairing(this.admin.api, { kind, unitId, label, ...(accountId !== "" && { accountId }) });
  };

  private renderCode(pairing: PairingWithSecret): TemplateResult {
    const { t, pageUrl } = this.admin;
    const waiting = html`<p role="status">${t("pair.waiting", { time: clock(t, pairing.expiresAtMs) })}</p>`;
    if (pairing.kind === "panel") {
      const link = pageUrl === null ? null : `${pageUrl}#${pairing.fragment ?? ""}`;
      return html`
        <p>${t(link === null ? "remote.pairIntro" : "pair.panelIntro")}</p>
        ${isOnlyHere(pageUrl) ? html`<p class="note">${t("pair.onlyHere", { address: pageUrl ?? "" })}</p>` : nothing}
        <div class="codes">
          ${link === null ? nothing : qrCode(link, t("pair.qrPanel"))}
          <div class="told">
            <h3>${t("pair.code")}</h3>
            <p class="code mono" data-pairing="code">${pairing.code}</p>
            ${
              link === null
                ? nothing
                : html`<neolia-copy-button .t=${t} .text=${link} .label=${t("pair.copyLink")} data-pairing-link=${link}></neolia-copy-button>`
            }
          </div>
        </div>
        ${waiting}
      `;
    }
    if (pairing.httpsUrl === null) return html`<p class="note">${t("pair.noServer")}</p>`;
    return html`
      <p>${t("pair.phoneIntro")}</p>
      <div class="codes">
        ${qrCode(pairing.httpsUrl, t("pair.qrPhone"))}
        <div class="told">
          <a class="button accent" href=${pairing.linphoneUrl ?? ""}>${t("pair.openLinphone")}</a>
          <neolia-copy-button .t=${t} .text=${pairing.httpsUrl} .label=${t("pair.copyLink")}
            data-pairing-link=${pairing.httpsUrl}></neolia-copy-button>
        </div>
      </div>
      ${waiting}
    `;
  }

  private renderEnd({ state: ended, accountId }: PairingWithSecret): TemplateResult {
    const { t, open } = this.admin;
    return html`
      <p role="status" data-pairing-state=${ended}>${ended === "waiting" ? "" : t(`pair.${ended}`)}</p>
      <div class="end">
        ${
          ended === "used"
            ? html`<button class="accent" @click=${this.close}>${t("form.done")}</button>
                ${accountId === null ? nothing : html`<button @click=${() => open("devices", accountId)}>${t("pair.seeDevice")}</button>`}`
            : html`<button class="accent" @click=${this.again}>${t("pair.again")}</button>
                <button @click=${this.close}>${t("form.close")}</button>`
        }
      </div>
    `;
  }

  private again = (): void => {
    this.pairing = null;
  };

  private close = (): void => {
    if (this.pairing?.state === "waiting") void withdrawPairing(this.admin.api, this.pairing.id).catch(() => {});
    this.dispatchEvent(new CustomEvent("closed"));
  };
}
