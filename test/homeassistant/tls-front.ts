/** Core behind TLS, as behind a reverse proxy: what arrives is passed on as it is. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { EdgeValues } from "../../infra/values.ts";

/** @returns the https address, and what ends it */
export async function startTlsFront(
  coreUrl: string,
  { certificateFile, privateKeyFile }: Pick<EdgeValues, "certificateFile" | "privateKeyFile">,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const { port } = new URL(coreUrl);
  const open = new Set<TLSSocket>();
  const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(privateKeyFile) }, (browser) => {
    const core = connect(Number(port), "127.0.0.1");
    open.add(browser);
    browser.on("close", () => open.delete(browser));
    for (const [one, other] of [
      [browser, core],
      [core, browser],
    ] as const) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as { port: number };
  return {
    url: `https://localhost:${own}`,
    stop: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
