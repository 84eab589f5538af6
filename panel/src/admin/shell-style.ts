/** The frame around the pages: a bar, and beside them the navigation (a rail on a wall panel, a drawer on a telephone). */
import { css } from "lit";

export const shellStyle = css`
  :host {
    background: var(--nl-bg);
    block-size: 100%;
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    overflow: hidden;
    position: relative;
  }
  header.bar {
    background: var(--nl-surface);
    border-block-end: 1px solid var(--nl-line);
    flex-wrap: nowrap;
    gap: 8px;
    min-block-size: 60px;
    padding: 6px 12px;
  }
  .elsewhere {
    align-items: center;
    background: var(--nl-note);
    border-block-end: 1px solid var(--nl-note-line);
    color: var(--nl-text);
    display: flex;
    font-size: 15px;
    gap: 8px;
    margin: 0;
    padding: 8px clamp(16px, 3vw, 28px);
  }
  .elsewhere svg {
    flex: none;
  }
  .title {
    flex: 1;
    font-weight: 600;
  }
  .switcher {
    flex: 1;
    max-inline-size: 420px;
    min-inline-size: 0;
  }
  .switcher select {
    border-color: transparent;
    font-weight: 600;
    text-overflow: ellipsis;
  }
  .site-live {
    flex: none;
  }
  .leave {
    flex: none;
    margin-inline-start: auto;
  }
  .body {
    display: flex;
    min-block-size: 0;
    position: relative;
  }
  .content {
    container: admin / inline-size;
    flex: 1;
    min-block-size: 0;
    overflow: auto;
  }
  .content > :not(.elsewhere) {
    min-block-size: 100%;
  }
  nav {
    background: var(--nl-surface);
    border-inline-end: 1px solid var(--nl-line);
    display: flex;
    flex: none;
    flex-direction: column;
    gap: 2px;
    inline-size: 216px;
    overflow: auto;
    padding: 10px;
  }
  nav a {
    align-items: center;
    border-radius: 10px;
    color: var(--nl-text);
    display: flex;
    flex: none;
    gap: 12px;
    min-block-size: 46px;
    padding-inline: 12px;
    text-decoration: none;
  }
  nav a svg {
    color: var(--nl-muted);
    font-size: 22px;
  }
  nav a:hover {
    background: var(--nl-bg);
  }
  nav a[aria-current] {
    background: var(--nl-accent-soft);
    font-weight: 600;
  }
  nav a[aria-current] svg {
    color: var(--nl-accent-text);
  }
  nav a:focus-visible {
    outline-offset: -3px;
  }
  .pages,
  .scrim {
    display: none;
  }
  @media (max-width: 1199px) {
    nav {
      gap: 1px;
      inline-size: 98px;
      padding: 6px;
    }
    nav a {
      flex-direction: column;
      font-size: 13px;
      gap: 1px;
      justify-content: center;
      line-height: 1.1;
      min-block-size: 50px;
      padding-inline: 2px;
      text-align: center;
    }
  }
  @media (max-width: 699px) {
    .pages {
      display: inline-flex;
    }
    .leave span,
    .site-live {
      block-size: 1px;
      clip-path: inset(50%);
      inline-size: 1px;
      overflow: hidden;
      position: absolute;
    }
    nav {
      box-shadow: 0 8px 40px rgb(0 0 0 / 30%);
      inline-size: min(280px, 80vw);
      inset-block: 0;
      inset-inline-start: 0;
      position: absolute;
      visibility: hidden;
      z-index: 2;
    }
    nav.open {
      visibility: visible;
    }
    nav a {
      flex-direction: row;
      font-size: 16px;
      gap: 12px;
      justify-content: flex-start;
      min-block-size: 48px;
      padding-inline: 12px;
    }
    nav.open + .scrim {
      background: rgb(0 0 0 / 40%);
      border: 0;
      border-radius: 0;
      display: block;
      inset: 0;
      position: absolute;
      z-index: 1;
    }
  }
  @media print {
    :host {
      block-size: auto;
      display: block;
      overflow: visible;
    }
    .body {
      display: block;
    }
    .content {
      overflow: visible;
    }
  }
`;
