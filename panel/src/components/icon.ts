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
  search: stroke(svg`<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>`),
  building: stroke(svg`<path d="M4.5 21V4.5h10V21M14.5 9.5h5V21M2.5 21h19M8 8.5h3M8 12.5h3M8 16.5h3"/>`),
  rules: stroke(svg`<path d="M4 6h9M4 12h6M4 18h9M16 8.5V18m0 0-3-3m3 3 3-3"/>`),
  device: stroke(svg`<rect x="6.5" y="2.8" width="11" height="18.4" rx="2.2"/><path d="M11 18h2"/>`),
  people: stroke(
    svg`<circle cx="9" cy="8.5" r="3.3"/><path d="M2.8 20c.4-3.6 3-5.6 6.2-5.6s5.8 2 6.2 5.6M15.5 5.6a3.3 3.3 0 0 1 0 6M17.2 14.8c2.3.6 3.8 2.4 4.1 5.2"/>`,
  ),
  health: stroke(svg`<path d="M3 12.5h4.2l2.3-6 4.3 11.5 2.5-5.5H21"/>`),
  audit: stroke(svg`<path d="M6 3.5h8.5L18.5 8v12.5H6zM9 11.5h6.5M9 15.5h6.5M9 7.5h3"/>`),
  gear: stroke(
    svg`<circle cx="12" cy="12" r="3"/><path d="M12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M5.6 18.4l1.8-1.8M16.6 7.4l1.8-1.8"/>`,
  ),
  overview: stroke(svg`<path d="M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z"/>`),
  up: stroke(svg`<path d="m6 14.5 6-6 6 6"/>`),
  down: stroke(svg`<path d="m6 9.5 6 6 6-6"/>`),
  drag: svg`<g fill="currentColor">${[6, 12, 18].map((y) => [9, 15].map((x) => svg`<circle cx=${x} cy=${y} r="1.7"/>`))}</g>`,
  back: stroke(svg`<path d="M19.5 12h-15m6.5-6.5L4.5 12l6.5 6.5"/>`),
  pause: stroke(svg`<path d="M8.5 5.5v13M15.5 5.5v13"/>`),
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
