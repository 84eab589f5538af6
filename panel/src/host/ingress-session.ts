/**
 * Home Assistant's session for an app: without its cookie nothing below `/api/hassio_ingress/` answers. It is made over
 * Home Assistant's own WebSocket as the user who is logged in, lives 15 minutes, and must be kept alive.
 */
import type { Hass } from "./host.ts";

type CallWS = Hass["callWS"];

/** Home Assistant suspends its connection in hidden tabs: a command then waits, and nobody should wait with it. */
const ANSWER_WITHIN_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** Requests that were refused together ask for one new session. */
const FRESH_MS = 2_000;

/** Makes a session and returns the app's address, with a slash at its end. Throws what Home Assistant answered. */
export async function openIngress(callWS: CallWS, slug: string): Promise<string> {
  await makeSession(callWS, slug);
  const { ingress_url: url } = await newThenOld(
    () => callWS<{ ingress_url?: string | null }>({ type: "supervisor/ingress/info", slug }),
    () => callWS<{ ingress_url?: string | null }>(viaSupervisor(`/addons/${slug}/info`, "get")),
  );
  if (!url) throw new Error(`${slug} has no page`);
  return new URL(url, location.origin).href;
}

/** Which app is Neolia: the slug starts with its repository's hash, so it differs from house to house. */
export function findSlug({ panels = {} }: Pick<Hass, "panels">): string | null {
  for (const { component_name: component, config } of Object.values(panels)) {
    const addon = config?.addon;
    if (component === "app" && typeof addon === "string" && /(^|_)neolia$/.test(addon)) return addon;
  }
  return null;
}

export class IngressSession {
  private readonly callWS: CallWS;
  private readonly slug: string;
  private session: string | null = null;
  private making: Promise<boolean> | null = null;
  private madeAtMs = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(callWS: CallWS, slug: string) {
    this.callWS = callWS;
    this.slug = slug;
  }

  /** Has it looked at each minute, for as long as the page lives. A second call does nothing. */
  keepAlive(): void {
    this.timer ??= setInterval(() => void this.check(), KEEP_ALIVE_MS);
  }

  /** A new session; false when Home Assistant gives none now. */
  renew(): Promise<boolean> {
    if (performance.now() - this.madeAtMs < FRESH_MS) return Promise.resolve(true);
    this.making ??= this.make().finally(() => {
      this.making = null;
    });
    return this.making;
  }

  private async make(): Promise<boolean> {
    try {
      this.session = await makeSession(this.callWS, this.slug);
      this.madeAtMs = performance.now();
      return true;
    } catch {
      return false;
    }
  }

  private async check(): Promise<void> {
    const { session } = this;
    try {
      if (session === null) throw new Error("not made yet");
      await newThenOld(
        () => this.callWS({ type: "supervisor/ingress/validate_session", session }),
        () => this.callWS({ ...viaSupervisor("/ingress/validate_session", "post"), data: { session } }),
      );
    } catch {
      await this.renew();
    }
  }
}

async function makeSession(callWS: CallWS, slug: string): Promise<string> {
  const { session } = await newThenOld(
    () => callWS<{ session: string }>({ type: "supervisor/ingress/session", slug }),
    () => callWS<{ session: string }>(viaSupervisor("/ingress/session", "post")),
  );
  const secure = location.protocol === "https:" ? ";Secure" : "";
  // Not by the Cookie Store API: a Home Assistant on plain http does not have it.
  Object.assign(document, { cookie: `ingress_session=${session};path=/api/hassio_ingress/;SameSite=Strict${secure}` });
  return session;
}

function viaSupervisor(endpoint: string, method: "get" | "post"): { type: string; endpoint: string; method: string } {
  return { type: "supervisor/api", endpoint, method };
}

/** Core has commands of its own for ingress since 2026.11; before, the Supervisor's API was passed through. */
async function newThenOld<Result>(byCommand: () => Promise<Result>, byApi: () => Promise<Result>): Promise<Result> {
  try {
    return await answered(byCommand());
  } catch (error) {
    // Refused is refused: the older way would not ask whether this user may open the app.
    if (codeOf(error) === "unauthorized" || error instanceof NoAnswer) throw error;
    return await answered(byApi());
  }
}

class NoAnswer extends Error {}

function answered<Result>(reply: Promise<Result>): Promise<Result> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new NoAnswer("Home Assistant does not answer")), ANSWER_WITHIN_MS);
  });
  return Promise.race([reply, late]);
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
