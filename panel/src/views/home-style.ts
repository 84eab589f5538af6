import { css } from "lit";

export const homeStyle = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 20px;
    padding: 20px clamp(16px, 3vw, 32px) 28px;
  }
  header {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 12px 14px;
  }
  h1 {
    flex: 1 1 auto;
    font-size: clamp(30px, 4.4vw, 44px);
    letter-spacing: -0.01em;
    line-height: 1.05;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .status {
    align-items: center;
    display: inline-flex;
    font-weight: 600;
    gap: 10px;
    white-space: nowrap;
  }
  .status::before {
    background: var(--nl-muted);
    block-size: 14px;
    border-radius: 50%;
    content: "";
    inline-size: 14px;
  }
  .status.good {
    color: var(--nl-good);
  }
  .status.good::before {
    background: var(--nl-good);
  }
  .armed {
    align-items: center;
    color: var(--nl-muted);
    display: inline-flex;
    gap: 8px;
    white-space: nowrap;
  }
  .armed svg {
    font-size: 22px;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
  }
  .tools button {
    font-size: 24px;
    position: relative;
  }
  .tools button[aria-pressed="true"] {
    background: var(--nl-text);
    color: var(--nl-bg);
  }
  .badge {
    align-items: center;
    background: var(--nl-stop);
    block-size: 26px;
    border-radius: 13px;
    color: var(--nl-on-stop);
    display: inline-flex;
    font-size: 15px;
    font-weight: 700;
    inset-block-start: -6px;
    inset-inline-end: -6px;
    justify-content: center;
    min-inline-size: 26px;
    padding-inline: 6px;
    position: absolute;
  }
  [aria-live]:empty {
    margin-block-start: -20px;
  }
  .notices {
    display: grid;
    gap: 10px;
  }
  .notices li {
    align-items: center;
    background: var(--nl-note);
    border: 1px solid var(--nl-note-line);
    border-radius: 16px;
    color: var(--nl-text);
    display: flex;
    gap: 14px;
    padding: 12px 16px;
  }
  .notices svg {
    font-size: 26px;
  }
  .notices span {
    flex: 1;
  }
  .notices button {
    background: transparent;
    border-color: currentColor;
    min-block-size: 48px;
  }
  button.arm {
    font-size: 20px;
    min-block-size: 72px;
  }
  button.arm small {
    font-size: 16px;
    font-weight: 400;
  }
  h2 {
    color: var(--nl-muted);
    font-size: 18px;
    font-weight: 600;
    margin-block-end: 10px;
  }
  .doors {
    display: grid;
    gap: 16px;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr));
  }
  .doors li {
    align-items: center;
    background: var(--nl-surface);
    border-radius: var(--nl-radius);
    box-shadow: var(--nl-shadow);
    display: grid;
    gap: 2px 16px;
    grid-template-columns: auto 1fr auto;
    padding: 20px;
  }
  .picture {
    align-items: center;
    background: var(--nl-accent-soft);
    block-size: 64px;
    border-radius: 18px;
    color: var(--nl-accent-text);
    display: flex;
    font-size: 36px;
    grid-row: span 2;
    inline-size: 64px;
    justify-content: center;
  }
  .label {
    align-self: end;
    font-size: 26px;
    font-weight: 650;
    overflow-wrap: anywhere;
  }
  .label.long {
    font-size: 20px;
  }
  .state {
    align-self: start;
    color: var(--nl-muted);
  }
  .state.bad {
    color: var(--nl-bad);
  }
  .state.now {
    color: var(--nl-good);
    font-weight: 600;
  }
  .doors button {
    font-size: 20px;
    grid-column: 3;
    grid-row: 1 / span 2;
    min-block-size: 72px;
    padding-inline: 24px;
  }
  .units {
    display: grid;
    gap: 14px;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr));
  }
  .units button {
    background: var(--nl-surface);
    border-color: transparent;
    border-radius: 16px;
    box-shadow: var(--nl-shadow);
    font-weight: 600;
    inline-size: 100%;
    justify-content: flex-start;
    min-block-size: 72px;
    overflow-wrap: anywhere;
    text-align: start;
  }
  .units svg {
    color: var(--nl-accent-text);
    font-size: 26px;
  }
  .units svg:last-child {
    margin-inline-start: auto;
  }
  button:disabled {
    opacity: 0.55;
  }
  .doors button:disabled {
    background: var(--nl-line);
    color: var(--nl-text);
    opacity: 1;
  }
  .empty {
    background: var(--nl-surface);
    border-radius: var(--nl-radius);
    color: var(--nl-muted);
    padding: 24px;
  }
  footer {
    margin-block-start: auto;
  }
  @media (max-width: 560px) {
    footer {
      display: none;
    }
    h1 {
      /* The two tools and their gaps stay beside it, whatever else would fit. */
      flex-basis: calc(100% - 140px);
      font-size: 27px;
    }
    .tools {
      order: 1;
    }
    .status {
      order: 2;
    }
    .armed {
      order: 3;
    }
    .doors li {
      padding: 16px;
    }
    .label {
      font-size: 23px;
    }
    .doors button {
      border-radius: 50%;
      font-size: 28px;
      inline-size: 72px;
      padding: 0;
    }
    .doors button span {
      block-size: 1px;
      clip-path: inset(50%);
      inline-size: 1px;
      overflow: hidden;
      position: absolute;
    }
  }
`;
