/** What a form asks for. */
export type FormValue = string | number | boolean;
export type FormValues = Record<string, FormValue>;

export interface FormField {
  /** As the API calls it: its refusals name fields so. */
  name: string;
  label: string;
  hint?: string;
  /**
   * either: one of the options, or text of one's own; secret: shown as dots, and offered to no password manager; slotted:
   * what is in the form's slot asks for it.
   */
  kind: "text" | "long" | "number" | "select" | "either" | "toggle" | "secret" | "slotted";
  value: FormValue;
  /** select, either: what can be chosen; text: suggestions. */
  options?: readonly { value: string; label: string }[];
  /** either: the last choice, which the text follows, and what the text is called. */
  other?: { label: string; textLabel: string; hint: string };
  min?: number;
  max?: number;
  maxLength?: number;
  optional?: boolean;
  /** slotted: its value in a row of the API, and how people read it. */
  of?: (row: Record<string, unknown>) => FormValue;
  told?: (value: FormValue) => string;
}

export function textOf(values: FormValues, name: string): string {
  return String(values[name] ?? "").trim();
}

export function numberOf(values: FormValues, name: string): number {
  return Number(values[name] ?? 0);
}
