import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "./app-type.ts";

export interface SecurityOptions {
  /** Where the page's SIP connection goes, and the demo's bell; it may speak to no other foreign host. */
  foreign: readonly (string | null | undefined)[];
  /** The page stands in a frame of its own origin: Home Assistant's. */
  framed: boolean;
  /** Where the page is; it may be missing. */
  panelFolder: string | null;
}

export function securityHeaders(app: App, { foreign, framed, panelFolder }: SecurityOptions): void {
  const hosts = foreign.filter((uri) => typeof uri === "string").map(originOf);
  const policy = [
    "default-src 'none'",
    ["script-src 'self'", ...(panelFolder === null ? [] : inlineScripts(panelFolder))].join(" "),
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

/** The page's own inline scripts, as sources of a policy (CSP Level 3, section 2.3.1). */
function inlineScripts(panelFolder: string): string[] {
  const file = join(panelFolder, "index.html");
  const page = existsSync(file) ? readFileSync(file, "utf8") : "";
  return [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, script = ""]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`,
  );
}

/** URL.origin knows nothing of ws and wss in all engines. */
function originOf(uri: string): string {
  const { protocol, host } = new URL(uri);
  return `${protocol}//${host}`;
}
