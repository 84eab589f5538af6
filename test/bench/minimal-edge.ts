/** The yardstick: a minimal Kamailio (minimal-kamailio.cfg) with an RTPEngine of its own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Program } from "../lab/process.ts";
import { ha1Of } from "../lab/sip/digest.ts";

export interface MinimalEdge {
  kamailio: Program;
  rtpengine: Program;
  sipPort: number;
  wssPort: number;
  stop(): Promise<void>;
}

/**
 * Starts it on loopback. `ports` is the first of 300 free ports (lab/ports.ts); `certificateFile` and `privateKeyFile` are those of the
 * edge it is compared with; `accounts` maps user names to passwords.
 */
export async function startMinimalEdge(options: {
  folder: string;
  ports: number;
  domain: string;
  certificateFile: string;
  privateKeyFile: string;
  accounts: Record<string, string>;
  /** Kamailio's memory managers, `-x` and `-X`; the default ones unless given. */
  allocator?: string;
}): Promise<MinimalEdge> {
  const { folder, ports, domain } = options;
  mkdirSync(folder, { recursive: true });
  const directory = join(folder, "subscriber.db");
  fill(directory, domain, options.accounts);
  const names: Record<string, string> = {
    SIP_PORT: String(ports),
    WSS_PORT: String(ports + 1),
    RTPENGINE: String(ports + 2),
    DOMAIN: domain,
    DIRECTORY: directory,
    CERTIFICATE: options.certificateFile,
    PRIVATE_KEY: options.privateKeyFile,
    MODULES: "/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/",
  };
  const template = readFileSync(join(import.meta.dirname, "minimal-kamailio.cfg"), "utf8");
  const config = join(folder, "kamailio.cfg");
  writeFileSync(
    config,
    template.replace(/@([A-Z_]+)@/g, (whole, name: string) => names[name] ?? whole),
  );
  const rtpengine = await Program.start({
    command: "rtpengine",
    args: [
      "--config-file=none",
      "--foreground",
      "--table=-1",
      // As ours: else the work of deleting a call would fall outside the measured window here.
      "--delete-delay=0",
      "--interface=127.0.0.1",
      `--listen-ng=127.0.0.1:${ports + 2}`,
      `--listen-cli=127.0.0.1:${ports + 3}`,
      `--port-min=${ports + 100}`,
      `--port-max=${ports + 299}`,
      "--log-stderr",
      "--log-level=4",
    ],
    logFile: join(folder, "rtpengine.log"),
    ready: () => boundUdp(ports + 2),
  });
  const kamailio = await Program.start({
    command: "kamailio",
    args: [
      ...["-f", config, "-Y", folder, "-P", join(folder, "kamailio.pid"), "-m", "128", "-M", "16", "-DD", "-E"],
      ...(options.allocator ? ["-x", options.allocator, "-X", options.allocator] : []),
    ],
    logFile: join(folder, "kamailio.log"),
    ready: () => boundUdp(ports),
  });
  return {
    kamailio,
    rtpengine,
    sipPort: ports,
    wssPort: ports + 1,
    stop: async () => {
      await kamailio.stop();
      await rtpengine.stop();
    },
  };
}

/** Kamailio's own tables of the auth_db module, with HA1 only. */
function fill(file: string, domain: string, accounts: Record<string, string>): void {
  const db = new Database(file);
  for (const part of ["standard", "auth_db"]) {
    db.exec(readFileSync(`/usr/share/kamailio/db_sqlite/${part}-create.sql`, "utf8"));
  }
  const insert = db.prepare("INSERT INTO subscriber (username, domain, password, ha1) VALUES (?, ?, '', ?)");
  for (const [user, password] of Object.entries(accounts)) insert.run(user, domain, ha1Of(user, domain, password));
  db.close();
}

/** Whether something listens on 127.0.0.1:port over UDP. */
function boundUdp(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/net/udp", "utf8").includes(`0100007F:${hex} `);
}
