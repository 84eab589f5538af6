/**
 * A stand-in for a camera server such as MediaMTX: WHEP (RFC 9725) over HTTP, the picture a moving canvas that a page of
 * Chromium sends by real WebRTC. What it cannot show: how MediaMTX itself words its answers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Browser, BrowserContext, Page } from "playwright-core";

export class WhepCamera {
  /** What it answers instead of a picture; null: the picture. */
  refusal: number | null = null;
  /** Connects, and sends no frame. */
  dark = false;
  /** Sessions that are open, by their number. */
  readonly sessions = new Set<number>();
  private readonly server: Server;
  private readonly context: BrowserContext;
  private readonly page: Page;
  private count = 0;

  private constructor(server: Server, context: BrowserContext, page: Page) {
    this.server = server;
    this.context = context;
    this.page = page;
  }

  static async start(browser: Browser): Promise<WhepCamera> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.evaluate(CAMERA);
    const server = createServer((request, response) => {
      camera.answer(request, response).catch(() => response.writeHead(500).end());
    });
    const camera = new WhepCamera(server, context, page);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return camera;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/entrance/whep`;
  }

  /** As if its plug were pulled: no DELETE, no goodbye. */
  async cut(): Promise<void> {
    await this.page.evaluate("camera.cut()");
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await this.context.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, session] = /\/entrance\/whep\/(\d+)$/.exec(request.url ?? "") ?? [];
    if (request.method === "DELETE" && session !== undefined) {
      this.sessions.delete(Number(session));
      await this.page.evaluate(`camera.close(${Number(session)})`);
      response.writeHead(200).end();
      return;
    }
    const offer = await text(request);
    if (request.method !== "POST" || request.url !== "/entrance/whep") return void response.writeHead(404).end();
    if (request.headers["content-type"] !== "application/sdp") return void response.writeHead(406).end();
    if (this.refusal !== null) return void response.writeHead(this.refusal).end();
    const id = ++this.count;
    const sdp = (await this.page.evaluate(`camera.open(${id}, ${JSON.stringify(offer)}, ${this.dark})`)) as string;
    this.sessions.add(id);
    response.writeHead(201, { "content-type": "application/sdp", location: `/entrance/whep/${id}` }).end(sdp);
  }
}

/** Runs in the page. */
const CAMERA = `(() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const pen = canvas.getContext("2d");
  let n = 0;
  setInterval(() => {
    pen.fillStyle = "#27506b";
    pen.fillRect(0, 0, 640, 360);
    pen.fillStyle = "#f2c14e";
    pen.fillRect((n++ * 8) % 600, 150, 60, 60);
  }, 50);
  const [track] = canvas.captureStream(20).getVideoTracks();
  const open = new Map();
  globalThis.camera = {
    open: async (id, sdp, dark) => {
      const connection = new RTCPeerConnection();
      open.set(id, connection);
      await connection.setRemoteDescription({ type: "offer", sdp });
      const [transceiver] = connection.getTransceivers();
      transceiver.direction = "sendonly";
      if (!dark) await transceiver.sender.replaceTrack(track);
      await connection.setLocalDescription();
      if (connection.iceGatheringState !== "complete") {
        await new Promise((resolve) => {
          connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve();
        });
      }
      return connection.localDescription.sdp;
    },
    close: (id) => {
      open.get(id)?.close();
      open.delete(id);
    },
    cut: () => {
      for (const id of [...open.keys()]) camera.close(id);
    },
  };
})()`;
