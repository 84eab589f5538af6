/** The frame of a page beside the home view: a way back and a title over its content. */
import { css } from "lit";

export const pageFrame = css`
  :host {
    padding: 20px clamp(16px, 3vw, 32px) 32px;
  }
  header {
    align-items: center;
    display: flex;
    gap: 16px;
    margin-block-end: 18px;
  }
  header button {
    flex: none;
    font-size: 24px;
  }
  h1 {
    font-size: clamp(28px, 4vw, 38px);
    overflow-wrap: anywhere;
  }
`;
