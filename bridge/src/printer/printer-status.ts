/**
 * What an ESC/POS printer says of itself (Epson's command reference, DLE EOT n: real-time status; others follow it): each
 * question is answered with one byte in which bits 0, 1, 4 and 7 are fixed. Many printers and print servers answer nothing.
 */
import type { PrinterProblem } from "../api/line.ts";

const DLE_EOT = [0x10, 0x04];
/** Cause of being offline, cause of errors, paper. */
const KINDS = [2, 3, 4] as const;
const COVER_OPEN = 0x04;
const STOPPED_WITHOUT_PAPER = 0x20;
const ERROR = 0x40;
const CUTTER_ERROR = 0x08;
const FATAL_ERROR = 0x20;
const NO_PAPER = 0x60;

/** Asks for all that is looked at. */
export const STATUS_REQUEST = Buffer.from(KINDS.flatMap((kind) => [...DLE_EOT, kind]));
/** GS r 1: unlike the above it is answered in its turn, when everything before it was printed. */
export const PRINTED_REQUEST = Buffer.from([0x1d, 0x72, 1]);
export const STATUS_BYTES = KINDS.length;

/** Of the bytes that came, those that are a status; the other bits are the printer's to say. */
export function statusBytes(bytes: Iterable<number>): number[] {
  return [...bytes].filter((byte) => (byte & 0x93) === 0x12);
}

/** What keeps it from printing, by the answer to STATUS_REQUEST; null: nothing does. */
export function problemIn([offline = 0, error = 0, paper = 0]: readonly number[]): PrinterProblem | null {
  if (offline & STOPPED_WITHOUT_PAPER || paper & NO_PAPER) return "paper-out";
  if (offline & COVER_OPEN) return "cover-open";
  return offline & ERROR || error & (CUTTER_ERROR | FATAL_ERROR) ? "fault" : null;
}
