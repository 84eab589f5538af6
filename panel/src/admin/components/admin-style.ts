/** The look of the installer's pages: denser than the intercom, for people who type; every target still 44 px. */
import { css } from "lit";

export const adminStyle = css`
  :host {
    font-size: 16px;
    --admin-gap: 16px;
    --admin-radius: 12px;
  }
  h1 {
    font-size: 24px;
    font-weight: 600;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 18px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  h3 {
    font-size: 16px;
    font-weight: 600;
    margin: 0;
  }
  p,
  li,
  dd,
  td {
    overflow-wrap: anywhere;
  }
  a {
    color: var(--nl-accent-text);
  }
  button,
  .button {
    border-radius: var(--admin-radius);
    font-size: 16px;
    min-block-size: 44px;
    min-inline-size: 44px;
    padding-inline: 16px;
  }
  .button {
    align-items: center;
    background: var(--nl-surface);
    border: 1px solid var(--nl-line);
    color: inherit;
    display: inline-flex;
    gap: 0.6em;
    justify-content: center;
    text-decoration: none;
  }
  button:is(:disabled, [aria-disabled="true"]) {
    filter: none;
    opacity: 0.55;
  }
  button.quiet {
    background: transparent;
    border-color: transparent;
  }
  button.icon {
    font-size: 22px;
    padding: 0;
  }
  button.danger {
    color: var(--nl-bad);
  }
  .page {
    container-type: inline-size;
    display: grid;
    gap: var(--admin-gap);
    grid-auto-rows: max-content;
    max-inline-size: 1040px;
    padding: 20px clamp(16px, 3vw, 28px) 40px;
  }
  .bar {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    justify-content: space-between;
  }
  .bar > .end,
  .end {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .card {
    background: var(--nl-surface);
    border: 1px solid var(--nl-line);
    border-radius: var(--admin-radius);
    display: grid;
    gap: 14px;
    padding: 18px;
  }
  .muted,
  .hint {
    color: var(--nl-muted);
    font-size: 15px;
  }
  .note {
    background: var(--nl-note);
    border: 1px solid var(--nl-note-line);
    border-radius: var(--admin-radius);
    color: var(--nl-text);
    display: grid;
    gap: 6px;
    padding: 12px 16px;
  }
  .failure {
    color: var(--nl-bad);
    font-weight: 600;
  }
  .chip {
    align-items: center;
    background: var(--nl-bg);
    border: 1px solid var(--nl-line);
    border-radius: 999px;
    color: var(--nl-text);
    display: inline-flex;
    font-size: 14px;
    gap: 6px;
    line-height: 1.3;
    max-inline-size: 100%;
    padding: 3px 10px;
  }
  .chip::before {
    background: var(--nl-muted);
    block-size: 8px;
    border-radius: 50%;
    content: "";
    flex: none;
    inline-size: 8px;
  }
  .chip.good::before {
    background: var(--nl-success);
  }
  .chip.bad::before {
    background: var(--nl-error);
    border-radius: 0;
  }
  .chip.wait::before {
    background: var(--nl-warning);
    border-radius: 2px;
  }
  .mono {
    font-family: ui-monospace, "Roboto Mono", "DejaVu Sans Mono", monospace;
    font-size: 0.95em;
  }
  dl {
    display: grid;
    gap: 6px 16px;
    grid-template-columns: minmax(110px, max-content) minmax(0, 1fr);
    margin: 0;
  }
  dt {
    color: var(--nl-muted);
  }
  dd {
    margin: 0;
  }
  ul.rows {
    display: grid;
    gap: 8px;
  }
  ul.rows > li {
    align-items: center;
    border: 1px solid var(--nl-line);
    border-radius: var(--admin-radius);
    display: flex;
    flex-wrap: wrap;
    gap: 6px 12px;
    justify-content: space-between;
    min-block-size: 56px;
    padding: 6px 12px;
  }
  table {
    border-collapse: collapse;
    inline-size: 100%;
  }
  th,
  td {
    border-block-end: 1px solid var(--nl-line);
    padding: 8px 10px;
    text-align: start;
    vertical-align: top;
  }
  th {
    color: var(--nl-muted);
    font-weight: 600;
  }
  input:not([type="checkbox"], [type="radio"], [type="range"], [type="file"]),
  select,
  textarea {
    background: var(--nl-surface);
    border: 1px solid var(--nl-muted);
    border-radius: 10px;
    color: inherit;
    font: inherit;
    font-weight: 400;
    inline-size: 100%;
    min-block-size: 46px;
    min-inline-size: 0;
    padding: 8px 12px;
  }
  input[type="file"] {
    inline-size: 100%;
    min-block-size: 44px;
    min-inline-size: 0;
    padding-block: 9px;
  }
  input[type="checkbox"],
  input[type="radio"] {
    accent-color: var(--nl-accent);
    block-size: 22px;
    flex: none;
    inline-size: 22px;
    margin: 0;
  }
  summary {
    align-content: center;
    cursor: pointer;
    min-block-size: 44px;
  }
  /* What the browser puts between the two does not hand the page's box sizing on. */
  details > * {
    box-sizing: border-box;
  }
  label.check {
    align-items: center;
    display: flex;
    gap: 10px;
    min-block-size: 44px;
  }
  progress {
    accent-color: var(--nl-accent);
    block-size: 10px;
    inline-size: 100%;
  }
  .skeleton {
    background: var(--nl-line);
    block-size: 14px;
    border-radius: 7px;
    inline-size: 55%;
    opacity: 0.6;
  }
  @media print {
    .no-print {
      display: none !important;
    }
  }
`;

/** List on the left, the chosen one on the right; on a narrow page one of them at a time. */
export const splitStyle = css`
  :host {
    block-size: 100%;
  }
  .split {
    block-size: 100%;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: minmax(0, 1fr);
  }
  .split > .list {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    padding: 16px clamp(12px, 2vw, 20px) 0;
    gap: 12px;
  }
  .split > .detail {
    min-block-size: 0;
    overflow: auto;
  }
  .split.one > .list,
  .split:not(.one) > .detail {
    display: none;
  }
  @container admin (min-width: 760px) {
    .split {
      grid-template-columns: minmax(280px, 5fr) minmax(0, 8fr);
    }
    .split.one > .list {
      display: flex;
    }
    .split:not(.one) > .detail {
      display: block;
    }
    .split > .list {
      border-inline-end: 1px solid var(--nl-line);
    }
    .narrow-only {
      display: none !important;
    }
  }
`;

/** A part of the settings: cards one under the other, with what is chosen in them. */
export const partStyle = css`
  :host {
    display: grid;
    gap: 16px;
    grid-template-columns: minmax(0, 1fr);
  }
  .card {
    grid-template-columns: minmax(0, 1fr);
  }
  label {
    display: grid;
    font-weight: 600;
    gap: 4px;
  }
`;
