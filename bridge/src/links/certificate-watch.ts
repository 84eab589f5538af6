/**
 * How long the server's certificates are still good. A page may not look at the certificate of its connection, so the
 * bridge does: it opens a TLS connection to each address now and then, reads the date and closes it.
 */
import { readFileSync } from "node:fs";
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
  /** A private authority's certificate, PEM; left out: those that everybody knows. */
  caFile?: string | undefined;
  lookEveryMs?: number;
  /** While nothing answers, and while what answers needs a person: they want to see that they have mended it. */
  againMs?: number;
}

const LOOK_EVERY_MS = 6 * 3_600_000;
const AGAIN_MS = 5 * 60_000;
const WAIT_MS = 10_000;
const NEEDS_A_PERSON_MS = 14 * 86_400_000;

export function watchCertificates(options: CertificateWatchOptions): CertificateWatch {
  const { lookEveryMs = LOOK_EVERY_MS, againMs = AGAIN_MS, caFile } = options;
  const watches = Object.entries(options.addresses).flatMap(([service, address]) => {
    const url = address ? new URL(address) : null;
    if (url === null || !["wss:", "https:"].includes(url.protocol)) return [];
    return [watchOne(service as Service, url, { lookEveryMs, againMs, caFile })];
  });
  return {
    certificates: () => watches.map(({ certificate }) => certificate()),
    stop: () => {
      for (const { stop } of watches) stop();
    },
  };
}

type Seen = Pick<ServerCertificate, "endsAtMs" | "refused">;
type Every = Required<Pick<CertificateWatchOptions, "lookEveryMs" | "againMs">> & { caFile: string | undefined };

function watchOne(service: Service, url: URL, { lookEveryMs, againMs, caFile }: Every) {
  let seen: Seen = { endsAtMs: null };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const found = await lookAt(url, caFile);
    if (stopped) return;
    // What was read stays true while the server is away.
    seen = found ?? seen;
    timer = setTimeout(() => void look(), found === null || needsAPerson(found) ? againMs : lookEveryMs);
    timer.unref();
  };
  void look();
  return {
    certificate: (): ServerCertificate => ({ service, host: url.host, ...seen }),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function needsAPerson({ endsAtMs, refused }: Seen): boolean {
  return refused !== undefined || (endsAtMs !== null && endsAtMs - Date.now() < NEEDS_A_PERSON_MS);
}

/** The certificate that this server shows; null: no TLS server answers. */
function lookAt({ hostname, port }: URL, caFile: string | undefined): Promise<Seen | null> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      ...authority(caFile),
      // One that is refused is what is looked for, and nothing is said to whoever shows it.
      rejectUnauthorized: false,
      timeout: WAIT_MS,
    });
    const done = (seen: Seen | null): void => {
      resolve(seen);
      socket.destroy();
    };
    socket.on("secureConnect", () => {
      const endsAtMs = Date.parse(socket.getPeerCertificate().valid_to ?? "");
      const refused = refusalOf(socket.authorizationError as unknown);
      done(Number.isNaN(endsAtMs) ? null : { endsAtMs, ...(refused && { refused }) });
    });
    socket.on("timeout", () => done(null));
    socket.on("error", () => done(null));
    socket.on("close", () => done(null));
  });
}

/** Nothing when the file cannot be read: whoever uses it for calls says so. */
function authority(caFile: string | undefined): { ca?: Buffer } {
  try {
    return caFile === undefined ? {} : { ca: readFileSync(caFile) };
  } catch {
    return {};
  }
}

/** Node gives its code as text, or as an Error that has one. Dates are judged by themselves. */
function refusalOf(error: unknown): Seen["refused"] {
  const code = error instanceof Error && "code" in error ? error.code : error;
  switch (code) {
    case null:
    case undefined:
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return undefined;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "name";
    default:
      return "untrusted";
  }
}
