/** The demo's bell button for the page: `POST /ring` on loopback, for one origin only. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface RingButton {
  /** Where the page posts to. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Serves the button. Only the page at `origin`, which is at 127.0.0.1 as well, may press it: another site open in the
 * same browser gets 403, and so does a name that an attacker points at loopback (DNS rebinding), because the Host header
 * must be ours. `ring` says why nobody is rung (409, the reason as text), or null.
 */
export async function startRingButton(
  port: number,
  origin: string,
  ring: () => Promise<string | null>,
): Promise<RingButton> {
  const host = `localhost:${port}`;
  const origins = [origin, origin.replace("//localhost:", "//127.0.0.1:")];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => reply(response, 500, error.message));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = request.headers.origin ?? "";
    if (!origins.includes(from) || request.headers.host !== host) return reply(response, 403, "forbidden");
    response.setHeader("Access-Control-Allow-Origin", from);
    response.setHeader("Vary", "Origin");
    if (request.url !== "/ring") return reply(response, 404, "not found");
    if (request.method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Methods", "POST");
      response.setHeader("Access-Control-Allow-Headers", "content-type, x-neolia");
      return reply(response, 204, "");
    }
    if (request.method !== "POST") return reply(response, 405, "use POST");
    const refusal = await ring();
    reply(response, refusal === null ? 204 : 409, refusal ?? "");
  }

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://${host}/ring`, stop: () => close(server) };
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(text);
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
