/** The envelope of the Supervisor's API: `{"result": "ok", "data": …}` or `{"result": "error", "message": …}`. */
import type { IncomingMessage, ServerResponse } from "node:http";

export function data(reply: ServerResponse, content: object): void {
  send(reply, 200, { result: "ok", data: content });
}

export function failed(reply: ServerResponse, status: number, message: string): void {
  send(reply, status, { result: "error", message });
}

/** What the Supervisor's web server answers itself: plain text with the status. */
export function refused(reply: ServerResponse, status: number, message: string): void {
  reply.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${status}: ${message}`);
}

export async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function json(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = (await body(request)).toString();
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function send(reply: ServerResponse, status: number, content: object): void {
  reply.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(content));
}
