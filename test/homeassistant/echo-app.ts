/** A tiny app behind ingress: says what reached it, so that a test sees what Core and the Supervisor made of a request. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { WebSocketServer } from "ws";

export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const PAGE = `<!doctype html><title>Neolia</title><h1 id="who">…</h1><p id="language"></p>
<script type="module">
  const { headers } = await (await fetch("echo")).json();
  document.querySelector("#who").textContent = "Hello " + headers["x-remote-user-display-name"];
</script>`;

/** `/` is a page that greets the user, `/echo` answers with the request as JSON, `/ws` echoes messages. */
export async function startEchoApp(port: number): Promise<() => Promise<void>> {
  const server = createServer(async (request, reply) => {
    if (request.url === "/") {
      reply.writeHead(200, { "content-type": "text/html" }).end(PAGE);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const seen: Seen = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(seen));
  });
  const sockets = new WebSocketServer({ server, path: "/ws" });
  sockets.on("connection", (socket, request) => {
    socket.send(JSON.stringify(request.headers));
    socket.on("message", (data) => socket.send(`echo ${data}`));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
}
