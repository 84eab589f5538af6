import { html, nothing, type TemplateResult } from "lit";
import type { CartLine } from "../data/desk.ts";

/** "Vanille × 2" of what was taken twice. */
function optionNames(options: CartLine["options"]): string[] {
  return [...new Set(options.map(({ optionId }) => optionId))].map((id) => {
    const same = options.filter(({ optionId }) => optionId === id);
    return same.length === 1 ? (same[0]?.name ?? "") : `${same[0]?.name} × ${same.length}`;
  });
}

/** What is ordered, as a kitchen reads it. */
export function cartLines(lines: readonly CartLine[]): TemplateResult {
  return html`
    <ul class="lines">
      ${lines.map(
        ({ quantity, name, options, note, missing }) => html`
          <li>
            <b>${quantity} ×</b> ${name}
            ${options.length === 0 ? nothing : html`<small>${optionNames(options).join(", ")}</small>`}
            ${missing.length === 0 ? nothing : html`<small class="wish">${missing.map((group) => `${group.name} ?`).join(", ")}</small>`}
            ${note === "" ? nothing : html`<small class="wish">${note}</small>`}
          </li>
        `,
      )}
    </ul>
  `;
}
