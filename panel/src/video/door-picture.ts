import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../components/style.ts";
import type { Api } from "../data/api.ts";
import type { Localizer } from "../localize/localize.ts";
import { dropVideo, leaveVideo, takeVideo } from "./shared-video.ts";

/** A camera that restarts is back within seconds; one that is away is not asked for ever. */
const TRIES = 3;
const AGAIN_MS = 2_000;

/**
 * The door's picture while it rings and during the call, without sound. It takes no room until there is a picture, and
 * none any more when it is lost: the call knows nothing of it. `shown`: whether there is one.
 */
@customElement("neolia-door-picture")
export class DoorPicture extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) api!: Api;
  @property() doorId = "";
  /** What the door is called. */
  @property() label = "";
  @property({ type: Boolean, reflect: true }) shown = false;
  @state() private stream: MediaStream | null = null;
  private held: string | null = null;
  private tries = 0;
  private again: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    css`
      :host {
        pointer-events: none;
      }
      :host(:not([shown])) {
        block-size: 0;
        inline-size: 0;
        overflow: hidden;
        position: absolute;
      }
      video {
        block-size: 100%;
        border-radius: var(--nl-radius);
        display: block;
        inline-size: 100%;
        object-fit: contain;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.tries = 0;
    void this.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.again);
    if (this.held !== null) leaveVideo(this.held);
    this.held = null;
    this.stream = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { stream, t, label } = this;
    if (stream === null) return nothing;
    return html`<video autoplay muted playsinline aria-label=${t("video.of", { name: label })} .srcObject=${stream}
      .muted=${true} @playing=${this.onPicture} @resize=${this.onPicture}></video>`;
  }

  private async open(): Promise<void> {
    const { api, doorId } = this;
    this.tries += 1;
    try {
      const video = await takeVideo(api, doorId);
      if (!this.isConnected) return leaveVideo(doorId);
      this.held = doorId;
      this.stream = video.stream;
      video.onLost(() => {
        dropVideo(doorId);
        this.lost();
      });
    } catch {
      this.lost();
    }
  }

  private lost(): void {
    this.held = null;
    this.stream = null;
    this.show(false);
    if (this.isConnected && this.tries < TRIES) this.again = setTimeout(() => void this.open(), AGAIN_MS);
  }

  /** A stream may be said to play before its first picture is there: then its size comes later. */
  private onPicture = ({ target }: Event): void => {
    if ((target as HTMLVideoElement).videoWidth === 0) return;
    this.tries = 0;
    this.show(true);
  };

  private show(shown: boolean): void {
    if (this.shown === shown) return;
    this.shown = shown;
    this.dispatchEvent(new CustomEvent("picture", { detail: shown }));
  }
}
