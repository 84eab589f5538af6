/** A TCP connection that loses what is sent, in both directions, and breaks, when a test says so. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Cuttable {
  port: number;
  /**
   * The server gets what a client sends up to the end of what fits, and from then on neither hears of the other on that
   * connection. Resolves when it has come to that.
   */
  silenceAfter(fits: RegExp): Promise<void>;
  /** From now on neither end of the open connections hears of the other. New ones are whole. */
  silence(): void;
  /** Connections so far. */
  opened(): number;
  /** Breaks every open connection; new ones are whole. */
  cut(): void;
  close(): Promise<void>;
}

/** A way to `port` of loopback. */
export async function cuttable(port: number): Promise<Cuttable> {
  const ends = new Set<{ client: Socket; server: Socket; silent: boolean }>();
  let opened = 0;
  let sign: { fits: RegExp; seen: () => void } | null = null;
  const listening = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    const both = { client, server, silent: false };
    opened++;
    ends.add(both);
    client.on("data", (data) => {
      if (both.silent) return;
      const match = sign?.fits.exec(data.toString("latin1"));
      server.write(match ? data.subarray(0, match.index + match[0].length) : data);
      if (!match) return;
      both.silent = true;
      sign?.seen();
      sign = null;
    });
    server.on("data", (data) => both.silent || client.write(data));
    for (const socket of [client, server]) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        client.destroy();
        server.destroy();
        ends.delete(both);
      });
    }
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const cut = (): void => {
    sign = null;
    for (const { client } of ends) client.destroy();
  };
  return {
    port: (listening.address() as AddressInfo).port,
    silenceAfter: (fits) =>
      new Promise((seen) => {
        sign = { fits, seen };
      }),
    silence: () => {
      for (const both of ends) both.silent = true;
    },
    opened: () => opened,
    cut,
    close: async () => {
      cut();
      listening.close();
      await once(listening, "close");
    },
  };
}
