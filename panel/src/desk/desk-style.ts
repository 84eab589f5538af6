/** The look of the desk: the installer's components, larger where a cook reads from the stove. */
import { css } from "lit";

export const cardStyle = css`
  .order {
    background: var(--nl-surface);
    border: 1px solid var(--nl-line);
    border-radius: var(--admin-radius);
    display: grid;
    gap: 10px;
    padding: 14px;
  }
  .order.new {
    border-color: var(--nl-accent);
    border-inline-start-width: 6px;
  }
  .order.alarm {
    background: var(--nl-note);
    border-color: var(--nl-bad);
  }
  /* Paler, and every word of it as easy to read. */
  .order.gone {
    background: transparent;
  }
  .order.gone :is(.number, .time) {
    color: var(--nl-muted);
  }
  .head {
    align-items: baseline;
    display: flex;
    flex-wrap: wrap;
    gap: 2px 10px;
    justify-content: space-between;
  }
  .number {
    font-size: 30px;
    font-weight: 700;
    line-height: 1.1;
  }
  .time {
    font-size: 24px;
    font-variant-numeric: tabular-nums;
    font-weight: 600;
  }
  .lines {
    display: grid;
    font-size: 19px;
    gap: 6px;
    line-height: 1.3;
  }
  .lines b {
    font-variant-numeric: tabular-nums;
  }
  .lines small {
    color: var(--nl-muted);
    display: block;
    font-size: 16px;
    padding-inline-start: 1.4em;
  }
  .lines .wish {
    color: var(--nl-bad);
    font-weight: 600;
  }
  .warn {
    color: var(--nl-bad);
    font-size: 15px;
    font-weight: 600;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .actions > .main {
    flex: 1 1 100%;
    font-size: 19px;
    min-block-size: 56px;
  }
`;
