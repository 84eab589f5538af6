/** Our own icons: 24 by 24, drawn in the text colour, hidden from screen readers (the words beside them speak). */
import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit";

const stroke = (path: SVGTemplateResult): SVGTemplateResult =>
  svg`<g fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round">${path}</g>`;

const HANDSET = svg`<path fill="currentColor" d="M6.7 3.2 9 2.7c.6-.1 1.2.2 1.4.8l1.1 2.9c.2.5 0 1.1-.4 1.5L9.6 9.1a11.6 11.6 0 0 0 5.3 5.3l1.2-1.5c.4-.4 1-.6 1.5-.4l2.9 1.1c.6.2.9.8.8 1.4l-.5 2.3c-.3 1.6-1.7 2.8-3.3 2.7C9.7 19.7 4.3 14.3 4 6.5c-.1-1.6 1.1-3 2.7-3.3Z"/>`;

const SHAPES = {
  phone: HANDSET,
  hangUp: svg`<g transform="translate(0 3) rotate(134 12 12)">${HANDSET}</g>`,
  door: stroke(svg`<path d="M6 21V4.5c0-.8.7-1.5 1.5-1.5h9c.8 0 1.5.7 1.5 1.5V21M3.5 21h17"/><path d="M14.7 12v.6"/>`),
  unit: stroke(svg`<path d="m3.5 11 8.5-7.3 8.5 7.3M5.8 9.3V20.3h12.4V9.3M10 20v-5.5h4V20"/>`),
  bell: stroke(svg`<path d="M18 15.5V11a6 6 0 1 0-12 0v4.5L4.3 18h15.4L18 15.5ZM10 20.8h4"/>`),
  bellOff: stroke(svg`<path d="M18 14V11a6 6 0 0 0-9.8-4.6M6.2 9.8 6 11v4.5L4.3 18H16M10 20.8h4M4 4l16 16"/>`),
  list: stroke(svg`<circle cx="12" cy="12" r="8.7"/><path d="M12 7v5.3l3.3 2"/>`),
  settings: stroke(
    svg`<path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9"/><circle cx="15.2" cy="7" r="2.3"/><circle cx="8.8" cy="17" r="2.3"/>`,
  ),
  microphone: stroke(
    svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`,
  ),
  microphoneOff: stroke(
    svg`<path d="M15 9.5V6a3 3 0 0 0-5.6-1.5M9 9v2a3 3 0 0 0 4.5 2.6M5.5 11.5a6.5 6.5 0 0 0 10.5 5.1M18.5 11.5c0 .8-.1 1.5-.4 2.2M12 18v3M4 4l16 16"/>`,
  ),
  keypad: svg`<g fill="currentColor">${[5, 12, 19].map((y) => [5, 12, 19].map((x) => svg`<circle cx=${x} cy=${y} r="1.9"/>`))}</g>`,
  menu: stroke(svg`<path d="M4 6.5h16M4 12h16M4 17.5h16"/>`),
  back: stroke(svg`<path d="M19.5 12h-15m6.5-6.5L4.5 12l6.5 6.5"/>`),
  close: stroke(svg`<path d="M6 6l12 12M18 6 6 18"/>`),
  check: stroke(svg`<path d="m4.5 12.5 5 5 10-11"/>`),
  notice: stroke(svg`<path d="M12 3.5 2.5 20h19L12 3.5ZM12 10v4.5M12 17.3v.1"/>`),
  inbound: stroke(svg`<path d="M18.5 5.5 6 18M6 8.5V18h9.5"/>`),
  outbound: stroke(svg`<path d="M5.5 18.5 18 6M8.5 6H18v9.5"/>`),
  missed: stroke(svg`<path d="m3.5 7 8.5 8.5L20.5 7M3.5 13V7h6"/>`),
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof SHAPES;

export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
}
