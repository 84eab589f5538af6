/** A phone with the companion app, as far as notifications go: Core pushes to it, the test reads what arrived. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { HomeAssistantCore } from "../lab/homeassistant-core.ts";
import { until } from "../lab/until.ts";
import { post } from "./onboarding.ts";

export interface Push {
  title?: string;
  message: string;
  data?: {
    tag?: string;
    url?: string;
    image?: string;
    actions?: { action: string; title: string; uri?: string; authenticationRequired?: boolean }[];
  };
}

export class Phone {
  readonly pushes: Push[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, reply) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.pushes.push(JSON.parse(Buffer.concat(chunks).toString()) as Push);
      reply.writeHead(201, { "content-type": "application/json" }).end("{}");
    });
  }

  /** Registers with Core as the app does at its first start. */
  static async start(core: HomeAssistantCore, token: string, name: string, port: number): Promise<Phone> {
    const phone = new Phone();
    phone.server.listen(port, "127.0.0.1");
    await once(phone.server, "listening");
    const description = {
      app_id: "io.example.phone",
      app_name: "Lab phone",
      app_version: "1",
      device_name: name,
      device_id: name,
      manufacturer: "Lab",
      model: "Phone",
      os_name: "Lab",
      os_version: "1",
      supports_encryption: false,
      app_data: { push_url: `http://127.0.0.1:${port}/`, push_token: "lab" },
    };
    try {
      await post(core, "/api/mobile_app/registrations", description, token);
    } catch (error) {
      await phone.stop();
      throw error;
    }
    return phone;
  }

  /** The first notification that fits. */
  async notified(what: string, fits: (push: Push) => boolean): Promise<Push> {
    return await until(() => this.pushes.find(fits), { what });
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }
}
