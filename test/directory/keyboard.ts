/** A page under the hands of somebody who has no mouse: Tab, arrows, Enter, and what is under the focus. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../lab/until.ts";

/** What has the focus, inside whatever components. */
export interface Focus {
  /** Its accessible name as far as it stands in the page; "" when nothing has the focus. */
  names: string[];
  tag: string;
  box: { x: number; y: number; width: number; height: number } | null;
  visible: boolean;
  /** Something is drawn around it that is not there without the focus. */
  ring: boolean;
}

const MOST_TABS = 120;
/** CSS pixels that a finger hits. */
const TARGET = 44;

export class Keyboard {
  readonly page: Page;
  /** What is too small for a finger or out of sight, of all that had the focus. */
  readonly misses = new Set<string>();

  constructor(page: Page) {
    this.page = page;
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Goes on with Tab until something of this name has the focus. */
  async to(name: string | RegExp): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step < MOST_TABS; step++) {
      await this.press("Tab");
      const focus = await this.focus();
      this.note(focus);
      if (focus.names.some((text) => (typeof name === "string" ? text === name : name.test(text)))) return;
      passed.push(focus.names[0] ?? "nothing");
    }
    assert.fail(`Tab does not lead to ${name}: ${passed.slice(0, 40).join(" | ")}`);
  }

  async push(name: string | RegExp): Promise<void> {
    await this.to(name);
    await this.press("Enter");
  }

  /** Into the field of this label, in place of what is there. */
  async fill(label: string | RegExp, text: string): Promise<void> {
    await this.to(label);
    await this.press("ControlOrMeta+A");
    await this.page.keyboard.type(text);
  }

  /** After a page or dialog has come or gone: the next Tab must go on from where the person is. */
  async hasPlace(what: string): Promise<void> {
    const somewhere = async () => {
      const { tag, visible } = await this.focus();
      return tag !== "" && visible;
    };
    await until(somewhere, { timeoutMs: 10_000, everyMs: 50, what: `${what}: something to have the focus` });
  }

  /** The focus comes to what has this name, by itself. */
  async comesTo(name: string): Promise<void> {
    await until(async () => (await this.focus()).names.includes(name), { everyMs: 50, what: `the focus on ${name}` });
  }

  async focus(): Promise<Focus> {
    return (await this.page.evaluate(FOCUS)) as Focus;
  }

  private note({ names, tag, box, visible, ring }: Focus): void {
    const name = `${tag} ${names[0] ?? ""}`;
    // Tab leads to no heading: a page that has just come took the focus there, where nothing is to be pressed.
    if (tag === "" || tag === "h1") return;
    if (!visible) this.misses.add(`${name}: not to be seen`);
    else if (!ring) this.misses.add(`${name}: nothing shows that it has the focus`);
    else if (box !== null && (box.width < TARGET || box.height < TARGET)) {
      this.misses.add(`${name}: ${Math.round(box.width)}×${Math.round(box.height)}`);
    }
  }
}

const FOCUS = `(() => {
  let element = document.activeElement;
  while (element && element.shadowRoot && element.shadowRoot.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body) return { names: [], tag: "", box: null, visible: false, ring: false };
  const lines = (text) => (text || "").split("\\n").map((line) => line.trim()).filter(Boolean);
  const labels = element.labels ? [...element.labels] : [];
  const own = element.matches("input, select, textarea") ? [] : [element.innerText.replace(/\\s+/g, " ").trim(), ...lines(element.innerText)];
  // A finger hits the label as well.
  const target = element.matches("[type=checkbox], [type=radio]") && labels[0] ? labels[0] : element;
  const { x, y, width, height } = target.getBoundingClientRect();
  const inside = y + height > 0 && y < innerHeight && x + width > 0 && x < innerWidth;
  const ringed = (one) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  };
  return {
    names: [...lines(element.getAttribute("aria-label")), ...own, ...labels.flatMap((label) => {
      const text = [...label.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent).join(" ").replace(/\\s+/g, " ").trim();
      return [text, ...lines(label.innerText)];
    })].filter(Boolean),
    tag: element.localName,
    box: { x, y, width, height },
    visible: element.checkVisibility() && inside,
    ring: ringed(element) || ringed(target),
  };
})()`;
