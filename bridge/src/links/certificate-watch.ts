/**
 * How long the server's certificates are still good. A page may not look at the certificate of its connection, so the
 * bridge does: it opens a TLS connection to each address now and then, reads the date and closes it.
 */
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { ServerCertificate } from "../api/site-health.ts";

export interface CertificateWatch {
  /** Of each address, in their order; `endsAtMs` null: not known yet, or nothing answers. */
  certificates(): ServerCertificate[];
  stop(): void;
}

type Service = ServerCertificate["service"];

export interface CertificateWatchOptions {
  /** Addresses with wss:// or https://; others have no certificate and are left out. */
  addresses: Partial<Record<Service, string | null | undefined>>;
  lookEveryMs?: number;
  /** While nothing answers. */
  againMs?: number;
}

const LOOK_EVERY_MS = 6 * 3_600_000;
const AGAIN_MS = 5 * 60_000;
const WAIT_MS = 10_000;

export function watchCertificates(options: CertificateWatchOptions): CertificateWatch {
  const { lookEveryMs = LOOK_EVERY_MS, againMs = AGAIN_MS } = options;
  const watches = Object.entries(options.addresses).flatMap(([service, address]) => {
    const url = address ? new URL(address) : null;
    if (url === null || !["wss:", "https:"].includes(url.protocol)) return [];
    return [watchOne(service as Service, url, { lookEveryMs, againMs })];
  });
  return {
    certificates: () => watches.map(({ certificate }) => certificate()),
    stop: () => {
      for (const { stop } of watches) stop();
    },
  };
}

function watchOne(service: Service, url: URL, every: { lookEveryMs: number; againMs: number }) {
  let endsAtMs: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const found = await endOf(url);
    if (stopped) return;
    // What was read stays true while the server is away.
    endsAtMs = found ?? endsAtMs;
    timer = setTimeout(() => void look(), found === null ? every.againMs : every.lookEveryMs);
    timer.unref();
  };
  void look();
  return {
    certificate: (): ServerCertificate => ({ service, host: url.host, endsAtMs }),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** When the certificate of this server ends, Unix ms; null: no TLS server answers. */
function endOf({ hostname, port }: URL): Promise<number | null> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      // An expired certificate is what is looked for, and nothing is said to whoever shows it.
      rejectUnauthorized: false,
      timeout: WAIT_MS,
    });
    const done = (end: number | null): void => {
      resolve(end);
      socket.destroy();
    };
    socket.on("secureConnect", () => {
      const end = Date.parse(socket.getPeerCertificate().valid_to ?? "");
      done(Number.isNaN(end) ? null : end);
    });
    socket.on("timeout", () => done(null));
    socket.on("error", () => done(null));
    socket.on("close", () => done(null));
  });
}
