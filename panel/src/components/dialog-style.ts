import { css } from "lit";

/** A browser's own `<dialog>` above a page; whoever shows one says how wide it may be. */
export const dialogStyle = css`
  dialog {
    background: var(--nl-surface);
    border: 1px solid var(--nl-line);
    border-radius: 18px;
    color: var(--nl-text);
    inline-size: min(var(--dialog-size), calc(100vw - 24px));
    max-block-size: calc(100dvh - 24px);
    overflow: auto;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
`;
