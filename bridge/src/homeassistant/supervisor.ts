/**
 * What the app asks of Home Assistant's Supervisor: the broker's credentials, facts about itself, and once its own entry
 * in the sidebar. No role is needed for any of it.
 */

/** The Supervisor could not be asked, or refused; the message is for the log. */
export class SupervisorError extends Error {
  override readonly name = "SupervisorError";
}

/** Credentials of the broker that Home Assistant uses. Secret: never logged, never shown. */
export interface MqttService {
  /** mqtt://host:port, or mqtts:// with TLS. */
  url: string;
  username: string | undefined;
  password: string | undefined;
}

export interface AppFacts {
  /** With the repository's hash before it, e.g. a1b2c3d4_neolia; differs from house to house. */
  slug: string;
  version: string;
  /** The app's path under Core: /api/hassio_ingress/<token>/. A capability: never logged. */
  ingressUrl: string;
  /** Whether the sidebar shows the app. */
  panelShown: boolean;
}

export interface SupervisorOptions {
  /** SUPERVISOR_TOKEN of the container. */
  token: string;
  /** http://supervisor in the app. */
  url?: string;
}

/** Whether the sidebar entry has been switched on before; kept over restarts. */
export interface OnceOnly {
  isDone(): boolean;
  markDone(): void;
}

const ANSWER_WITHIN_MS = 10_000;

export class Supervisor {
  private readonly url: string;
  private readonly token: string;

  constructor({ token, url = "http://supervisor" }: SupervisorOptions) {
    this.url = url;
    this.token = token;
  }

  /** The broker that Home Assistant offers to its apps; null when there is none. Throws SupervisorError. */
  async mqttService(): Promise<MqttService | null> {
    const { status, message, data } = await this.ask("GET", "/services/mqtt");
    // The Supervisor's own words for "no broker app is installed": it has no status of its own for it.
    if (status === 400 && message === "Service not enabled") return null;
    const { host, port, ssl, username, password } = expectOk(status, message, data);
    if (typeof host !== "string" || typeof port !== "number")
      throw new SupervisorError("the MQTT service has no address");
    return {
      url: `${ssl === true ? "mqtts" : "mqtt"}://${host}:${port}`,
      username: text(username),
      password: text(password),
    };
  }

  /** Throws SupervisorError. */
  async self(): Promise<AppFacts> {
    const { status, message, data } = await this.ask("GET", "/addons/self/info");
    const { slug, version, ingress_url: ingressUrl, ingress_panel: panelShown } = expectOk(status, message, data);
    if (typeof slug !== "string" || typeof version !== "string" || typeof ingressUrl !== "string") {
      throw new SupervisorError("the app's own description is incomplete");
    }
    return { slug, version, ingressUrl, panelShown: panelShown === true };
  }

  /**
   * Switches the app's sidebar entry on at its first start, and never again: whoever switched it off meant it.
   * @returns true when it was switched on now. Throws SupervisorError; the next start tries again.
   */
  async showPanelOnce(once: OnceOnly): Promise<boolean> {
    if (once.isDone()) return false;
    const { panelShown } = await this.self();
    if (!panelShown) {
      const { status, message, data } = await this.ask("POST", "/addons/self/options", { ingress_panel: true });
      expectOk(status, message, data);
    }
    once.markDone();
    return !panelShown;
  }

  private async ask(method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
    try {
      const reply = await fetch(`${this.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const content = await reply.text();
      const isJson = reply.headers.get("content-type")?.startsWith("application/json") ?? false;
      const { data, message } = isJson ? (JSON.parse(content) as Partial<Answer>) : {};
      return { status: reply.status, message, data };
    } catch (cause) {
      throw new SupervisorError(`the Supervisor does not answer ${path}`, { cause });
    }
  }
}

interface Answer {
  status: number;
  message: string | undefined;
  data: Record<string, unknown> | undefined;
}

function expectOk(status: number, message: string | undefined, data: Answer["data"]): Record<string, unknown> {
  if (status !== 200) throw new SupervisorError(`the Supervisor answered ${status}${message ? `: ${message}` : ""}`);
  return data ?? {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
