/**
 * A kitchen ticket in ESC/POS, the language of receipt printers (Epson's command reference; others follow it): large
 * enough to read from the stove, cut at its end. Text is code page 858, which has the letters of French and the euro. Paper lies about: the
 * telephone number in a note is masked on it, and stands on the board.
 */
import { maskedIn } from "../ordering/caller-number.ts";
import type { CustomerOrderRow } from "../store/customer-order-store.ts";

const ESC = 0x1b;
const GS = 0x1d;
/** Characters across at double width on 80 mm paper. */
const WIDE_COLUMNS = 24;
const COLUMNS = 48;

export interface TicketOptions {
  restaurant: string;
  /** What the clock on the wall shows. */
  pickup: string;
  taken: string;
  /** An earlier attempt may have printed it already. */
  again: boolean;
}

export function ticket(order: CustomerOrderRow, { restaurant, pickup, taken, again }: TicketOptions): Buffer {
  const parts: Buffer[] = [
    // Initialise; code page 19 is PC858.
    Buffer.from([ESC, 0x40, ESC, 0x74, 19]),
    big(`No ${order.number}   ${pickup}`),
    ...(again ? [big("COPIE / COPY")] : []),
    line(`${restaurant}  ${taken}`),
    line(maskedIn(order.name)),
    line("-".repeat(COLUMNS)),
    ...order.lines.flatMap(({ quantity, name, options, note }) => [
      big(`${quantity} x ${name}`),
      ...options.map((option) => line(`     + ${option.name}`)),
      ...(note === "" ? [] : [line(`     ! ${maskedIn(note)}`)]),
    ]),
    line("-".repeat(COLUMNS)),
    ...(order.note === "" ? [] : [big(`! ${maskedIn(order.note)}`)]),
    line(`Total ${(order.totalCents / 100).toFixed(2).replace(".", ",")} €`),
    ...(isPrintable([order.name, order.note, ...order.lines.flatMap(textsOf)].join("")) ? [] : [line(UNREADABLE)]),
    // Feed four lines, cut.
    Buffer.from([ESC, 0x64, 4, GS, 0x56, 0x41, 0]),
  ];
  return Buffer.concat(parts);
}

function big(text: string): Buffer {
  const size = (value: number): Buffer => Buffer.from([GS, 0x21, value]);
  return Buffer.concat([size(0x11), ...wrapped(text, WIDE_COLUMNS), size(0)]);
}

function line(text: string): Buffer {
  return Buffer.concat(wrapped(text, COLUMNS));
}

function wrapped(text: string, columns: number): Buffer[] {
  const lines: Buffer[] = [];
  let rest = text;
  do {
    const space = rest.length > columns ? rest.lastIndexOf(" ", columns) : -1;
    const cut = rest.length <= columns ? rest.length : space > columns / 2 ? space : columns;
    lines.push(encode(`${rest.slice(0, cut)}\n`));
    rest = rest.slice(cut).trimStart();
  } while (rest !== "");
  return lines;
}

/** The upper half of code page 858. */
const CP858 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0";
/** What the code page lacks, spelled out. */
const SPELLED: Record<string, string> = {
  œ: "oe",
  Œ: "OE",
  "’": "'",
  "“": '"',
  "”": '"',
  "–": "-",
  "—": "-",
  "…": "...",
  // Of a masked number.
  "•": "*",
};

/** Under a ticket whose names or wishes this printer has no letters for. */
const UNREADABLE = "??? = voir l'écran / see the board";

function textsOf({ name, options, note }: CustomerOrderRow["lines"][number]): string[] {
  return [name, ...options.map((option) => option.name), note];
}

function isPrintable(text: string): boolean {
  const known = text.normalize("NFC").replaceAll(/[œŒ’“”–—…•]/g, "");
  return [...known].every((character) => character <= "~" || CP858.includes(character));
}

/** Control characters do not pass: a caller's note must not become a command to the printer. */
function encode(text: string): Buffer {
  const bytes: number[] = [];
  for (const character of text.normalize("NFC").replaceAll(/[œŒ’“”–—…•]/g, (one) => SPELLED[one] ?? "?")) {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n" || (code >= 0x20 && code < 0x7f)) bytes.push(code);
    else {
      const at = CP858.indexOf(character);
      if (at >= 0) bytes.push(0x80 + at);
      else if (code >= 0xa0) bytes.push(0x3f);
    }
  }
  return Buffer.from(bytes);
}
