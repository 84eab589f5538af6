/** A third host that must never hear from the edge: one UDP socket and one TCP listener on the same port. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Trap {
  readonly address: string;
  readonly port: number;
  /** `address:port`. */
  readonly host: string;
  /** First lines of what arrived, with the transport. */
  readonly hits: string[];
  /** Waits `ms` (250) for late packets, then throws if anything ever arrived. */
  assertQuiet(ms?: number): Promise<void>;
  close(): void;
}

export async function openTrap(address: string): Promise<Trap> {
  const hits: string[] = [];
  for (;;) {
    const tcp = createServer((socket) => {
      hits.push("tcp connection");
      socket.on("data", (data) => hits.push(`tcp ${firstLine(data)}`));
      socket.on("error", () => {});
    });
    tcp.listen(0, address);
    await once(tcp, "listening");
    const bound = tcp.address();
    const port = typeof bound === "object" && bound ? bound.port : 0;
    const udp = createSocket("udp4");
    udp.on("message", (data) => hits.push(`udp ${firstLine(data)}`));
    udp.on("error", () => {});
    udp.bind(port, address);
    try {
      await once(udp, "listening");
    } catch {
      tcp.close();
      continue; // the port is taken for UDP
    }
    return {
      address,
      port,
      host: `${address}:${port}`,
      hits,
      assertQuiet: async (ms = 250) => {
        await delay(ms);
        if (hits.length > 0) throw new Error(`the third host was reached: ${hits.join(" | ")}`);
      },
      close: () => {
        udp.close();
        tcp.close();
      },
    };
  }
}

function firstLine(data: Buffer): string {
  return data.toString("latin1").split("\r\n")[0]?.slice(0, 120) ?? "";
}
