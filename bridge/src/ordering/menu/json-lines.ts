/** In which lines of a JSON text its parts stand: for whoever has to find in a file what is wrong there. */

export interface JsonLines {
  /** JSON pointer (RFC 6901) of each value → the line where it begins, from 1. */
  lines: ReadonlyMap<string, number>;
  /** The line where the text stops being JSON; null: it is JSON throughout. */
  brokenIn: number | null;
}

/** Nothing that people write is deeper. */
const DEEPEST = 100;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

class Broken extends Error {}

export function jsonLines(text: string): JsonLines {
  const lines = new Map<string, number>();
  let at = 0;
  let line = 1;
  const space = (): void => {
    SPACE.lastIndex = at;
    const [found = ""] = SPACE.exec(text) ?? [];
    line += found.split("\n").length - 1;
    at += found.length;
  };
  const token = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    // RFC 8259, section 7: control characters are written with a backslash.
    if (found === undefined || [...found].some((character) => character < " ")) throw new Broken();
    at += found.length;
    return found;
  };
  const is = (character: string): boolean => {
    space();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const expect = (character: string): void => {
    if (!is(character)) throw new Broken();
  };
  const members = (close: string, member: (index: number) => void): void => {
    if (is(close)) return;
    for (let index = 0; ; index++) {
      member(index);
      if (is(close)) return;
      expect(",");
    }
  };
  const value = (pointer: string, depth: number): void => {
    space();
    lines.set(pointer, line);
    if (depth > DEEPEST) throw new Broken();
    if (is("{")) {
      members("}", () => {
        space();
        const name = JSON.parse(token(STRING)) as string;
        expect(":");
        value(`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1);
      });
    } else if (is("[")) members("]", (index) => value(`${pointer}/${index}`, depth + 1));
    else token(text[at] === '"' ? STRING : PLAIN);
  };
  try {
    is("\uFEFF");
    value("", 0);
    space();
    return { lines, brokenIn: at < text.length ? line : null };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { lines, brokenIn: line };
  }
}

/** The line of the part itself, or of the nearest one around it that is there. */
export function lineAt(pointer: string, lines: ReadonlyMap<string, number>): number {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const line = lines.get(at);
    if (line !== undefined) return line;
  }
  return lines.get("") ?? 1;
}
