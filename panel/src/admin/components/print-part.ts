/**
 * Prints one part of the page and nothing around it: a copy of it stands in a frame of its own for as long as the
 * browser's print window is open. Works in Home Assistant's page as well, whose own frame is not ours to style.
 */
const STYLE = `
  @page { margin: 15mm; }
  body { color: #000; visibility: visible; font: 14px/1.45 system-ui, sans-serif; margin: 0; }
  dl { display: grid; gap: 6px 16px; grid-template-columns: max-content 1fr; margin: 0; }
  dt { color: #444; }
  dd { margin: 0; overflow-wrap: anywhere; }
  .mono { font-family: ui-monospace, monospace; }
  svg.qr { block-size: 45mm; inline-size: 45mm; }
  table { border-collapse: collapse; inline-size: 100%; }
  tr { break-inside: avoid; }
  th, td { border-block-end: 1px solid #999; padding: 4px 8px; text-align: start; vertical-align: top; }
  .sheet { break-after: page; }
  .sheet:last-child { break-after: auto; }
  .codes { display: flex; flex-wrap: wrap; gap: 12mm; margin-block: 6mm; }
  .codes > * { break-inside: avoid; inline-size: 78mm; }
  h1 { font-size: 24px; margin: 0 0 4mm; }
  h2 { font-size: 16px; margin: 6mm 0 2mm; }
  p { margin: 0 0 2mm; }
  .no-print { display: none; }
`;

export function printPart(part: Element, title: string): void {
  const frame = document.createElement("iframe");
  frame.title = title;
  // Not hidden: some browsers print nothing of what is not laid out.
  frame.style.cssText = "border:0;block-size:0;inline-size:0;inset:0;position:fixed;visibility:hidden";
  document.body.append(frame);
  const inner = frame.contentDocument;
  const view = frame.contentWindow;
  if (inner === null || view === null) return;
  inner.title = title;
  const sheet = new (view as Window & typeof globalThis).CSSStyleSheet();
  sheet.replaceSync(STYLE);
  inner.adoptedStyleSheets = [sheet];
  inner.body.append(inner.importNode(part, true));
  view.addEventListener("afterprint", () => frame.remove(), { once: true });
  view.print();
}
