import { css } from "lit";

/** Forms of the desk: fields side by side where there is room. */
export const formStyle = css`
  form,
  .form {
    display: grid;
    gap: 16px;
  }
  .fields {
    display: grid;
    gap: 12px 16px;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 220px), 1fr));
  }
  label:not(.check) {
    align-content: start;
    display: grid;
    gap: 4px;
  }
  fieldset {
    border: 1px solid var(--nl-line);
    border-radius: var(--admin-radius);
    margin: 0;
    min-inline-size: 0;
    padding: 8px 14px 12px;
  }
  legend {
    font-weight: 600;
  }
  .ticks {
    display: grid;
    gap: 0 12px;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
  }
  .option {
    align-items: end;
    display: grid;
    gap: 8px;
    grid-template-columns: minmax(0, 3fr) minmax(0, 3fr) minmax(0, 2fr) auto;
  }
  .option > .whole {
    grid-column: 1 / -1;
  }
  @media (max-width: 560px) {
    .option {
      border-block-start: 1px solid var(--nl-line);
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      padding-block-start: 8px;
    }
  }
`;
