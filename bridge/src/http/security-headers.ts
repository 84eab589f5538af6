import type { App } from "./app-type.ts";

export interface SecurityOptions {
  /** Where the page's SIP connection goes, and the demo's bell; it may speak to no other foreign host. */
  foreign: readonly (string | null | undefined)[];
  /** The page stands in a frame of its own origin: Home Assistant's. */
  framed: boolean;
}

export function securityHeaders(app: App, { foreign, framed }: SecurityOptions): void {
  const hosts = foreign.filter((uri) => typeof uri === "string").map(originOf);
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self' blob: data:",
    "manifest-src 'self'",
    ["connect-src 'self'", ...hosts].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framed ? "'self'" : "'none'"}`,
  ].join("; ");
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "content-security-policy": policy,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "microphone=(self), camera=(), geolocation=()",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
  });
}

/** URL.origin knows nothing of ws and wss in all engines. */
function originOf(uri: string): string {
  const { protocol, host } = new URL(uri);
  return `${protocol}//${host}`;
}
