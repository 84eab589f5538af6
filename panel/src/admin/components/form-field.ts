/** What a form asks for. */
export type FormValue = string | number | boolean;
export type FormValues = Record<string, FormValue>;

export interface FormField {
  /** As the API calls it: its refusals name fields so. */
  name: string;
  label: string;
  hint?: string;
  /** secret: shown as dots, and offered to no password manager. */
  kind: "text" | "long" | "number" | "select" | "toggle" | "secret";
  value: FormValue;
  /** select: what can be chosen; text: suggestions. */
  options?: readonly { value: string; label: string }[];
  min?: number;
  max?: number;
  maxLength?: number;
  optional?: boolean;
}

export function textOf(values: FormValues, name: string): string {
  return String(values[name] ?? "").trim();
}

export function numberOf(values: FormValues, name: string): number {
  return Number(values[name] ?? 0);
}
