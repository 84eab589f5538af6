/** The look that the parts of this device's page share. */
import { css } from "lit";

export const pageStyle = css`
  :host {
    align-content: start;
    display: grid;
    gap: 20px;
    max-inline-size: 900px;
    padding: 24px clamp(16px, 4vw, 40px) 40px;
  }
  h1 {
    font-size: clamp(28px, 4vw, 36px);
  }
  h2 {
    font-size: 20px;
  }
  section {
    background: var(--nl-surface);
    border-radius: var(--nl-radius);
    box-shadow: var(--nl-shadow);
    display: grid;
    gap: 14px;
    padding: 22px;
  }
  .muted {
    color: var(--nl-muted);
    font-size: 16px;
  }
  .failure {
    color: var(--nl-bad);
    font-weight: 600;
  }
  label.check {
    align-items: center;
    display: flex;
    gap: 12px;
    min-block-size: 48px;
  }
  input[type="radio"] {
    accent-color: var(--nl-accent);
    block-size: 24px;
    flex: none;
    inline-size: 24px;
    margin: 0;
  }
`;
