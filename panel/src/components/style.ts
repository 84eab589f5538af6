/** The look that every view shares. Colours come from the tokens that `<neolia-panel>` sets on itself. */
import { css } from "lit";

/** Home Assistant's variables first, our own colours where it does not set them. */
export const tokens = css`
  :host {
    --nl-bg: var(--primary-background-color, #eef1f3);
    --nl-surface: var(--card-background-color, #ffffff);
    --nl-text: var(--primary-text-color, #14212a);
    --nl-muted: var(--secondary-text-color, #4d5c67);
    --nl-line: var(--divider-color, #d5dce1);
    --nl-accent: var(--neolia-accent-color, #0d6570);
    --nl-accent-soft: #d9ecee;
    --nl-on-accent: #ffffff;
    --nl-go: #177a42;
    --nl-stop: #c02c33;
    --nl-on-strong: #ffffff;
    --nl-good: #177a42;
    --nl-bad: #b3242c;
    --nl-note: #fdf0d3;
    --nl-on-note: #573b00;
    --nl-note-line: #e9cf94;
    --nl-radius: 20px;
    --nl-shadow: 0 1px 2px rgb(16 32 44 / 8%), 0 6px 20px rgb(16 32 44 / 6%);
    color-scheme: light;
  }
`;

export const darkTokens = css`
  --nl-bg: var(--primary-background-color, #0d1317);
  --nl-surface: var(--card-background-color, #172127);
  --nl-text: var(--primary-text-color, #edf3f6);
  --nl-muted: var(--secondary-text-color, #a8b6bf);
  --nl-line: var(--divider-color, #2b3840);
  --nl-accent: var(--neolia-accent-color, #6fd0da);
  --nl-accent-soft: #17383d;
  --nl-on-accent: #06262a;
  --nl-go: #1d8049;
  --nl-stop: #c8353c;
  --nl-good: #5fd18f;
  --nl-bad: #ff8f8f;
  --nl-note: #3a2c0c;
  --nl-on-note: #ffe2a6;
  --nl-note-line: #5d4717;
  --nl-shadow: none;
  color-scheme: dark;
`;

export const shared = css`
  :host {
    box-sizing: border-box;
    display: block;
  }
  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
  h1,
  h2,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }
  p {
    text-wrap: pretty;
  }
  ul,
  ol {
    list-style: none;
  }
  svg {
    display: block;
    flex: none;
    block-size: 1em;
    inline-size: 1em;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    align-items: center;
    background: var(--nl-surface);
    border: 1px solid var(--nl-line);
    border-radius: 999px;
    cursor: pointer;
    display: inline-flex;
    gap: 0.6em;
    justify-content: center;
    line-height: 1.15;
    min-block-size: 56px;
    padding-inline: 22px;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
    transition:
      transform 90ms ease,
      filter 120ms ease;
  }
  button:active {
    transform: scale(0.97);
  }
  button:disabled {
    cursor: default;
    filter: saturate(0.2);
  }
  button.go {
    background: var(--nl-go);
    border-color: transparent;
    color: var(--nl-on-strong);
    font-weight: 600;
  }
  button.stop {
    background: var(--nl-stop);
    border-color: transparent;
    color: var(--nl-on-strong);
    font-weight: 600;
  }
  button.accent {
    background: var(--nl-accent);
    border-color: transparent;
    color: var(--nl-on-accent);
    font-weight: 600;
  }
  button.round {
    border-radius: 50%;
    inline-size: 56px;
    padding: 0;
  }
  :focus-visible {
    outline: 3px solid var(--nl-accent);
    outline-offset: 3px;
  }
  h1:focus {
    outline: none;
  }
  .unseen {
    block-size: 1px;
    clip-path: inset(50%);
    inline-size: 1px;
    overflow: hidden;
    position: absolute;
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
