/** The frame of the panel: its colours, its height in each host, the bar of Home Assistant, and print. */
import { css } from "lit";
import { darkTokens } from "./components/style.ts";

export const panelStyle = css`
  :host {
    background: var(--nl-bg);
    block-size: 100%;
    color: var(--nl-text);
    display: flex;
    flex-direction: column;
    font-family: var(--ha-font-family-body, Roboto, "Segoe UI", "Noto Sans", system-ui, sans-serif);
    font-size: 18px;
    line-height: 1.4;
    min-block-size: 100%;
    overflow: auto;
  }
  :host([theme="dark"]) {
    ${darkTokens}
  }
  @media (prefers-color-scheme: dark) {
    :host([theme="system"]) {
      ${darkTokens}
    }
  }
  /* Home Assistant gives a native panel no height, but room for the notch. */
  :host([host="native"]) {
    block-size: 100dvh;
  }
  :host([host="native"][safe-area="none"]) {
    block-size: calc(100dvh - var(--safe-area-inset-top, 0px) - var(--safe-area-inset-bottom, 0px));
  }
  :host([safe-area="browser"]) {
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom)
      env(safe-area-inset-left);
  }
  :host([safe-area="variables"]) {
    padding: var(--safe-area-inset-top) var(--safe-area-content-inset-right, var(--safe-area-inset-right))
      var(--safe-area-inset-bottom) var(--safe-area-content-inset-left, var(--safe-area-inset-left));
  }
  .bar {
    align-items: center;
    background: var(--nl-bar);
    color: var(--nl-on-bar);
    display: flex;
    font-size: 20px;
    gap: 4px;
    min-block-size: 56px;
    padding-inline: 4px;
  }
  .bar button {
    background: transparent;
    border: 0;
    color: inherit;
    font-size: 24px;
    min-inline-size: 48px;
    padding: 0;
  }
  main {
    display: grid;
    flex: 1 0 auto;
    grid-template-columns: minmax(0, 1fr);
  }
  /* A call and the installer's pages are always whole on the screen: what is long scrolls inside. */
  main.whole {
    flex: 1 1 0;
    grid-template-rows: minmax(0, 1fr);
    min-block-size: 0;
  }
  @media print {
    :host {
      block-size: auto;
      display: block;
      overflow: visible;
    }
    main.whole {
      display: block;
    }
  }
  main > [hidden] {
    display: none;
  }
  .wait {
    color: var(--nl-muted);
    padding: 40px;
  }
`;
