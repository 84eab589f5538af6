import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../components/icon.ts";
import type { Line } from "../data/desk.ts";
import type { DeskLocalizer } from "../localize/desk.ts";

/** What keeps a line's orders from being taken or printed, and what to do about it. */
export function lineTroubles(t: DeskLocalizer, { assistantProblem, printer }: Line): TemplateResult {
  const prints = printer === "none" || printer === "ready" || printer === "unsure";
  return html`
    ${assistantProblem === null ? nothing : html`<p role="status">${icon("phone")} <span>${t("assistant.away")} ${t(`assistant.${assistantProblem}`)}</span></p>`}
    ${prints ? nothing : html`<p role="status">${icon("notice")} <span>${t(`printer.${printer}`)}</span></p>`}
  `;
}
