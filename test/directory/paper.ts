/** What the panel sends to the printer, as the PDF that Chromium makes of it, read back by other programs. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

export interface Paper {
  /** The text of each page, with single spaces. */
  pages: string[];
  /** What a camera reads of each page's QR codes. */
  codes: string[][];
}

/** Presses `button` and reads what was to be printed. `folder`: for its files, which stay. */
export async function pdfOf(page: Page, folder: string, button = "Print"): Promise<Paper> {
  const paper = await printed(page, button);
  const file = join(folder, "paper.pdf");
  writeFileSync(file, await paper.pdf({ format: "A4", preferCSSPageSize: true }));
  await paper.close();
  return readPdf(file, folder);
}

/** The copy of a part of the page that goes to the printer, as a page of its own. */
export async function printed(page: Page, button = "Print"): Promise<Page> {
  // A frame's print window cannot be looked into: what stands in the frame by then can.
  await page.evaluate(`(() => {
    if (window.printsAside) return;
    window.printsAside = true;
    const frames = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "contentWindow");
    Object.defineProperty(HTMLIFrameElement.prototype, "contentWindow", { configurable: true, get() {
      const view = frames.get.call(this);
      if (view) view.print = () => {
        const { adoptedStyleSheets, body, documentElement } = view.document;
        const rules = adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
        const lang = documentElement.lang;
        window.printedPart = "<!doctype html><html lang='" + lang + "'><style>" + rules.join(" ") + "</style>" + body.innerHTML;
        view.dispatchEvent(new Event("afterprint"));
      };
      return view;
    } });
  })()`);
  if (button === "Print all the same") await page.getByRole("button", { name: "Print", exact: true }).click();
  await page.getByRole("button", { name: button, exact: true }).click();
  const paper = await page.context().newPage();
  await paper.setContent((await page.evaluate("window.printedPart")) as string);
  await paper.emulateMedia({ media: "print" });
  return paper;
}

function readPdf(file: string, folder: string): Paper {
  const pictures = join(folder, "pictures");
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures);
  const text = execFileSync("pdftotext", [file, "-"], { encoding: "utf8" });
  const pages = text
    .split("\f")
    .slice(0, -1)
    .map((page) => page.replace(/\s+/g, " "));
  execFileSync("pdftoppm", ["-r", "110", "-png", file, join(pictures, "page")]);
  const codes = readdirSync(pictures)
    .toSorted()
    .map((name) => scan(join(pictures, name)));
  return { pages, codes };
}

function scan(picture: string): string[] {
  try {
    const told = execFileSync("zbarimg", ["--raw", "--quiet", "--nodbus", picture], { encoding: "utf8" });
    return told.trim().split("\n").filter(Boolean);
  } catch {
    // It ends with 4 when there is no code in it.
    return [];
  }
}
