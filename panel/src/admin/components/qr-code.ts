/** A QR code that a phone's camera reads, also printed and in the dark: black on white with its quiet zone. */
import { html, svg, type TemplateResult } from "lit";
import { encode } from "uqr";

/** `label` says what it is for whoever cannot scan it; the text itself may be a secret. */
export function qrCode(text: string, label: string): TemplateResult {
  const { data, size } = encode(text, { ecc: "M", border: 3 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return html`<svg class="qr" role="img" aria-label=${label} viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
    ${svg`<rect width=${size} height=${size} fill="#ffffff"/><path d=${path} fill="#000000"/>`}
  </svg>`;
}
