import { html, nothing, type TemplateResult } from "lit";
import type { CartLine } from "../data/desk.ts";

/** What is ordered, as a kitchen reads it. */
export function cartLines(lines: readonly CartLine[]): TemplateResult {
  return html`
    <ul class="lines">
      ${lines.map(
        ({ quantity, name, options, note, missing }) => html`
          <li>
            <b>${quantity} ×</b> ${name}
            ${options.length === 0 ? nothing : html`<small>${options.map((option) => option.name).join(", ")}</small>`}
            ${missing.length === 0 ? nothing : html`<small class="wish">${missing.map((group) => `${group.name} ?`).join(", ")}</small>`}
            ${note === "" ? nothing : html`<small class="wish">${note}</small>`}
          </li>
        `,
      )}
    </ul>
  `;
}
