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
            <b>${quantity} ×</b> <bdi>${name}</bdi>
            ${options.length === 0 ? nothing : html`<small><bdi>${optionNames(options).join(", ")}</bdi></small>`}
            ${missing.length === 0 ? nothing : html`<small class="wish"><bdi>${missing.map((group) => `${group.name} ?`).join(", ")}</bdi></small>`}
            ${note === "" ? nothing : html`<small class="wish"><bdi>${note}</bdi></small>`}
          </li>
        `,
      )}
    </ul>
  `;
}
