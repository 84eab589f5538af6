/** One visit at a printer: how it is, then perhaps a ticket, then whether that came out. */
import { connect, type Socket } from "node:net";
import type { PrinterProblem, PrinterState } from "../api/line.ts";
import { PRINTED_REQUEST, problemIn, STATUS_BYTES, STATUS_REQUEST, statusBytes } from "./printer-status.ts";

export interface PrinterAddress {
  host: string;
  port: number;
}

/** The printer prints nothing now. */
export class PrinterFailure extends Error {
  readonly problem: PrinterProblem;

  constructor(problem: PrinterProblem) {
    super(`the kitchen's printer: ${problem}`);
    this.problem = problem;
  }
}

/** For a connection, and for taking a ticket. */
const TIMEOUT_MS = 5_000;
/** A printer that tells its state does so at once. */
const ANSWER_MS = 700;
const MOST_ANSWER_BYTES = 1_000;
/** A status is three bytes, and what some printers send unasked (ASB) has control characters between. */
const LETTERS = /[ -~]{5}/;
/** Until a ticket is out of it. */
const PRINT_MS = 6_000;

export interface Ticket {
  /** Asked for once the printer can print. */
  bytes(): Buffer;
  /** It came out unconfirmed often enough: one that answers, and then goes or says nothing of it, has printed it all the same. */
  isBelieved: boolean;
}

/** What a printer was seen to do: when it does not any more, it hangs. */
export interface PrinterManners {
  /** It answers how it is. */
  tells: boolean;
  /** It closes its side of the connection when we have closed ours. */
  closes: boolean;
}

/**
 * `ticket` null: it is only looked at. Gives `unsure` for a printer that takes
 * tickets and answers no question, and what it did. Throws PrinterFailure; whether part of a ticket is out nobody knows then.
 */
export async function visit(
  address: PrinterAddress,
  ticket: Ticket | null,
  { tells, closes }: PrinterManners,
): Promise<PrinterManners & { state: PrinterState }> {
  const link = await PrinterLink.open(address);
  try {
    const before = await link.ask(STATUS_REQUEST, STATUS_BYTES, ANSWER_MS);
    if (link.isTalker) throw new PrinterFailure("not-a-printer");
    const answers = before.length === STATUS_BYTES;
    refuse(answers ? before : []);
    if (link.isOver || (tells && !answers)) throw new PrinterFailure("away");
    if (ticket) {
      link.write(ticket.bytes());
      if (answers && !(await link.printed()) && !ticket.isBelieved) throw new PrinterFailure("away");
    }
    // One that answers has read what came; of another one that is all that can be seen.
    const closed = ticket || !answers ? await link.finish(ticket ? TIMEOUT_MS : ANSWER_MS) : closes;
    if (link.isTalker) throw new PrinterFailure("not-a-printer");
    if (closes && !answers && !closed) throw new PrinterFailure("away");
    return { state: answers ? "ready" : "unsure", tells: answers, closes: closed };
  } finally {
    link.close();
  }
}

function refuse(status: readonly number[]): void {
  const problem = problemIn(status);
  if (problem) throw new PrinterFailure(problem);
}

class PrinterLink {
  /** It said something in letters, as no printer does. */
  isTalker = false;
  /** The other side hung up. */
  isOver = false;
  private readonly socket: Socket;
  /** Its end: true when it broke. */
  private readonly over: Promise<boolean>;
  private came: number[] = [];
  private onData: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => {
      this.isTalker ||= LETTERS.test(bytes.toString("latin1"));
      // No printer says so much.
      if (this.came.length < MOST_ANSWER_BYTES) this.came.push(...bytes.subarray(0, MOST_ANSWER_BYTES));
      this.onData();
    });
    socket.once("end", () => {
      this.isOver = true;
    });
    this.over = new Promise((resolve) => socket.once("close", resolve));
  }

  static open({ host, port }: PrinterAddress): Promise<PrinterLink> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      const timer = setTimeout(() => socket.destroy(new Error("too slow")), TIMEOUT_MS);
      socket.on("error", () => {
        clearTimeout(timer);
        reject(new PrinterFailure("away"));
      });
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve(new PrinterLink(socket));
      });
    });
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The status bytes that come within the time, at most so many. */
  async ask(request: Buffer, count: number, withinMs: number): Promise<number[]> {
    this.came = [];
    this.write(request);
    await this.until(() => statusBytes(this.came).length >= count, withinMs);
    return statusBytes(this.came).slice(0, count);
  }

  /**
   * Whether it says so, or at least that nothing keeps it: a print server that does not know the question is asked how it is instead.
   * Throws when it stopped on the way.
   */
  async printed(): Promise<boolean> {
    this.came = [];
    this.write(PRINTED_REQUEST);
    // Its fixed bits are others than those of DLE EOT: any byte is the answer.
    await this.until(() => this.came.length > 0, PRINT_MS);
    if (this.came.length > 0) return true;
    const status = await this.ask(STATUS_REQUEST, STATUS_BYTES, ANSWER_MS);
    refuse(status);
    return status.length === STATUS_BYTES;
  }

  /** Closes our side; true: it closed its own, so that it has read all there was. Throws when that found no room. */
  async finish(withinMs: number): Promise<boolean> {
    this.socket.end();
    const broke = await within(this.over, withinMs);
    if (broke === true || !this.socket.writableFinished) throw new PrinterFailure("away");
    return broke === false;
  }

  close(): void {
    this.socket.destroy();
  }

  private async until(enough: () => boolean, ms: number): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.onData = () => enough() && resolve();
    });
    await within(Promise.race([answered, this.over]), ms);
    this.onData = () => {};
  }
}

/** What it gives, or undefined when that takes longer. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
