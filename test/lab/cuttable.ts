/** A TCP connection that loses what comes back, and breaks, when a test says so. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Cuttable {
  port: number;
  /** Once a client has sent this text, what the server sends on its connection reaches nobody. */
  deafenAfter(text: string): void;
  /** Breaks every open connection; new ones are whole. */
  cut(): void;
  close(): Promise<void>;
}

/** A way to `port` of loopback. */
export async function cuttable(port: number): Promise<Cuttable> {
  const ends = new Set<{ client: Socket; server: Socket }>();
  let sign: string | null = null;
  const listening = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    const both = { client, server };
    ends.add(both);
    client.on("data", (data) => {
      if (sign !== null && data.includes(sign)) server.unpipe(client).resume();
    });
    client.pipe(server);
    server.pipe(client);
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
    deafenAfter: (text) => {
      sign = text;
    },
    cut,
    close: async () => {
      cut();
      listening.close();
      await once(listening, "close");
    },
  };
}
