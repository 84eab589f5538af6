/** A kitchen's printer on TCP: prints what it gets, answers what it is asked about itself (or not), and can be out of paper. */
import { createServer, type Server, type Socket } from "node:net";

const DLE = 0x10;
const EOT = 0x04;
/** Bits that every answer to DLE EOT has. */
const FIXED = 0x12;
/** In bytes; what is longer is a ticket. */
const LONGEST_QUESTION = 20;

export class EscPosPrinter {
  /** What came out, a ticket each connection that had one. */
  readonly tickets: Buffer[] = [];
  /** Connections so far. */
  visits = 0;
  /** false: like many print servers it answers nothing. */
  answers = true;
  paper = true;
  coverOpen = false;
  /** Runs out of paper after so many bytes of a ticket. */
  paperEndsAfter = Number.POSITIVE_INFINITY;
  /** Half way through a ticket it loses its power: nobody hears of it any more, or the connection is closed. */
  fails: "silent" | "closed" | null = null;
  /** true: it hangs up on whoever says something, as one does that works for another computer. */
  hangsUp = false;
  /** true: it takes connections and reads nothing. */
  hangs = false;
  /** Said to everybody who connects, again and again. */
  garbage: Buffer | null = null;
  /** false: it leaves its side of the connection open. */
  closes = true;
  private readonly hanging: Socket[] = [];
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();

  async plugIn(port: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.serve(socket));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  }

  unplug(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server?.close();
    this.server = null;
  }

  /** What was sent while it hung, a connection each: it would print all that when it reads again. */
  heldBack(): Buffer[] {
    return this.hanging.map((socket) => (socket.read() as Buffer | null) ?? Buffer.alloc(0));
  }

  private serve(socket: Socket): void {
    this.visits += 1;
    this.sockets.add(socket);
    const printed: number[] = [];
    let pending: number[] = [];
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
    if (this.hangs) {
      this.hanging.push(socket);
      return;
    }
    this.babble(socket);
    let isDead = false;
    socket.on("data", (bytes) => {
      if (isDead) return;
      isDead = this.hangsUp || (this.fails !== null && bytes.length > LONGEST_QUESTION);
      if (!isDead) pending = this.read(socket, [...pending, ...bytes], printed);
      else if (!this.hangsUp) printed.push(...bytes.subarray(0, bytes.length / 2));
      if (isDead && this.fails !== "silent") socket.end();
    });
    socket.on("end", () => {
      if (printed.length > 0) this.tickets.push(Buffer.from(printed));
      if (this.closes && !isDead) socket.end();
    });
  }

  private babble(socket: Socket): void {
    if (this.garbage && socket.writable) socket.write(this.garbage, () => this.babble(socket));
  }

  /** Gives back what is the beginning of a command that has not all come. */
  private read(socket: Socket, bytes: number[], printed: number[]): number[] {
    for (let at = 0; at < bytes.length; at++) {
      const [byte = 0, next, kind] = bytes.slice(at, at + 3);
      const isCommand = (byte === DLE && next === EOT) || (byte === 0x1d && next === 0x72);
      if ((byte === DLE || byte === 0x1d) && kind === undefined && (next === undefined || isCommand))
        return bytes.slice(at);
      if (!isCommand) {
        if (printed.length >= this.paperEndsAfter) this.paper = false;
        if (this.paper && !this.coverOpen) printed.push(byte);
        continue;
      }
      at += 2;
      if (!this.answers) continue;
      // GS r waits for its turn, which does not come without paper.
      if (byte !== DLE) {
        if (this.paper && !this.coverOpen) socket.write(Buffer.from([0]));
      } else socket.write(Buffer.from([this.status(kind ?? 0)]));
    }
    return [];
  }

  private status(kind: number): number {
    if (kind === 2) return FIXED | (this.coverOpen ? 0x04 : 0) | (this.paper ? 0 : 0x20);
    return kind === 4 && !this.paper ? FIXED | 0x60 : FIXED;
  }
}
