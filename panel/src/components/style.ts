/** The look that every view shares. Colours come from the tokens that `<neolia-panel>` sets on itself. */
import { css } from "lit";

/**
 * Home Assistant's variables first, our own colours where nobody sets them. What a theme does not name is mixed from what
 * it does; text on a coloured button is black or white, whichever is read better on this theme's colour.
 */
export const tokens = css`
  :host {
    --nl-bg: var(--primary-background-color, #eef1f3);
    --nl-surface: var(--card-background-color, #ffffff);
    --nl-text: var(--primary-text-color, #14212a);
    --nl-muted: var(--secondary-text-color, #4d5c67);
    --nl-line: var(--divider-color, #d5dce1);
    --nl-accent: var(--primary-color, #0d6570);
    --nl-success: var(--success-color, #1d9a54);
    --nl-warning: var(--warning-color, #d99a1c);
    --nl-error: var(--error-color, #dc333b);
    --nl-accent-soft: color-mix(in srgb, var(--nl-accent) 16%, var(--nl-surface));
    --nl-accent-text: color-mix(in oklab, var(--nl-accent) 62%, var(--nl-text));
    --nl-on-accent: #ffffff;
    --nl-go: color-mix(in oklab, var(--nl-success) 80%, #000000);
    --nl-on-go: #ffffff;
    --nl-stop: color-mix(in oklab, var(--nl-error) 86%, #000000);
    --nl-on-stop: #ffffff;
    --nl-good: color-mix(in oklab, var(--nl-success) 62%, var(--nl-text));
    --nl-bad: color-mix(in oklab, var(--nl-error) 70%, var(--nl-text));
    --nl-note: color-mix(in srgb, var(--nl-warning) 18%, var(--nl-surface));
    --nl-note-line: color-mix(in srgb, var(--nl-warning) 45%, var(--nl-surface));
    --nl-bar: var(--app-header-background-color, var(--nl-accent));
    --nl-on-bar: var(--app-header-text-color, var(--nl-on-accent));
    --nl-radius: 20px;
    --nl-shadow: 0 1px 2px rgb(16 32 44 / 8%), 0 6px 20px rgb(16 32 44 / 6%);
    color-scheme: light;
  }
  @supports (color: contrast-color(red)) {
    :host {
      /* A theme of glass: what is behind a button must not shine through the words on it. */
      --nl-go: rgb(from color-mix(in oklab, var(--nl-success) 80%, #000000) r g b / 1);
      --nl-stop: rgb(from color-mix(in oklab, var(--nl-error) 86%, #000000) r g b / 1);
      --nl-on-accent: contrast-color(var(--nl-accent));
      --nl-on-go: contrast-color(var(--nl-go));
      --nl-on-stop: contrast-color(var(--nl-stop));
    }
  }
  @supports not (color: contrast-color(red)) {
    :host([theme="dark"]) {
      --nl-on-accent: #06262a;
    }
  }
`;

/** Only what falls back to our own colours differs in the dark: a theme brings its own. */
export const darkTokens = css`
  --nl-bg: var(--primary-background-color, #0d1317);
  --nl-surface: var(--card-background-color, #172127);
  --nl-text: var(--primary-text-color, #edf3f6);
  --nl-muted: var(--secondary-text-color, #a8b6bf);
  --nl-line: var(--divider-color, #2b3840);
  --nl-accent: var(--primary-color, #6fd0da);
  --nl-success: var(--success-color, #2fae68);
  --nl-error: var(--error-color, #e5484f);
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
  /* People's own names read in their own direction, also Arabic and Hebrew ones. */
  h1,
  .name,
  .label {
    unicode-bidi: plaintext;
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
  button:is(:disabled, [aria-disabled="true"]) {
    cursor: default;
    filter: saturate(0.2);
  }
  button.go {
    background: var(--nl-go);
    border-color: transparent;
    color: var(--nl-on-go);
    font-weight: 600;
  }
  button.stop {
    background: var(--nl-stop);
    border-color: transparent;
    color: var(--nl-on-stop);
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
  :focus-visible,
  input:is([type="date"], [type="time"], [type="datetime-local"]):focus-within {
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
