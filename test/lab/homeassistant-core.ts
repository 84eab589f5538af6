/**
 * A real Home Assistant Core for tests and the demo: made once in a cache folder outside the repository (see
 * test/homeassistant/make-core-root.sh), then started in four seconds on loopback with its own configuration folder.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { asRoot } from "./as-root.ts";
import { type PortBlock, reservePorts } from "./ports.ts";
import { Program } from "./process.ts";

const scripts = join(import.meta.dirname, "../homeassistant");
const pinsFile = join(scripts, "pins.json");

export interface CoreOptions {
  /** Where configuration and log go. */
  folder: string;
  /** Address of the Supervisor (host:port) and the token that Core shows it. Core without Supervisor when left out. */
  supervisor?: { address: string; token: string };
  /** Files that are put into the configuration folder before the first start, e.g. `www/panel.js`. */
  files?: Record<string, string>;
  /** What is added to configuration.yaml. */
  configuration?: string;
}

export class HomeAssistantCore {
  readonly url: string;
  readonly configFolder: string;
  private readonly root: string;
  private readonly ports: PortBlock;
  private readonly options: CoreOptions;
  private program: Program | null = null;

  private constructor(root: string, ports: PortBlock, options: CoreOptions) {
    this.root = root;
    this.ports = ports;
    this.options = options;
    this.configFolder = join(options.folder, "homeassistant");
    // localhost, not 127.0.0.1: a browser counts both as secure, but cookies and tokens are bound to the name.
    this.url = `http://localhost:${ports.base}`;
  }

  /** Makes the root if it is not there yet, writes the configuration and starts Core until it serves its first page. */
  static async start(options: CoreOptions): Promise<HomeAssistantCore> {
    const root = coreRoot();
    const core = new HomeAssistantCore(root, await reservePorts(), options);
    try {
      core.writeConfiguration();
      await core.run();
    } catch (error) {
      await core.stop();
      throw error;
    }
    return core;
  }

  /** Stops Core as a user's restart does and starts it again with the same configuration. */
  async restart(): Promise<void> {
    await this.end();
    await this.run();
  }

  /** Stops Core without freeing its port; `run` starts it again. */
  async end(): Promise<void> {
    await this.program?.stop("SIGTERM", 20_000);
    this.program = null;
  }

  async run(): Promise<void> {
    const { supervisor } = this.options;
    const ids = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    const unshare = ["unshare", "--mount", "--propagation", "private"];
    const [command = "", ...args] = asRoot([
      ...unshare,
      join(scripts, "start-core.sh"),
      this.root,
      this.configFolder,
      ids,
    ]);
    this.program = await Program.start({
      command,
      args,
      logFile: join(this.options.folder, "homeassistant.log"),
      env: supervisor ? { SUPERVISOR: supervisor.address, SUPERVISOR_TOKEN: supervisor.token } : {},
      ready: () => this.serves(),
      readyTimeoutMs: 90_000,
    });
  }

  /** Ends Core for good, at once where that is allowed: nothing of it is kept. */
  async stop(): Promise<void> {
    // A killed sudo would leave Core behind.
    if (process.getuid?.() === 0) await this.program?.stop("SIGKILL");
    await this.end();
    this.ports.release();
  }

  log(): string {
    return this.program?.log() ?? "";
  }

  /** True once the frontend answers; before that Core serves nothing or a page that says it is starting. */
  private async serves(): Promise<boolean> {
    try {
      const reply = await fetch(`${this.url}/manifest.json`);
      await reply.arrayBuffer();
      return reply.ok;
    } catch {
      return false;
    }
  }

  private writeConfiguration(): void {
    const folder = this.configFolder;
    mkdirSync(join(folder, ".storage"), { recursive: true });
    for (const name of ["www", "themes"]) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, "automations.yaml"), "[]\n");
    writeFileSync(
      join(folder, "configuration.yaml"),
      `frontend:\n  themes: !include_dir_merge_named themes\nconfig:\napi:\nmy:\nautomation: !include automations.yaml\n${this.options.configuration ?? ""}`,
    );
    writeFileSync(join(folder, ".storage/http"), JSON.stringify(httpStorage(this.ports.base)));
    writeFileSync(join(folder, ".storage/onboarding"), JSON.stringify(ONBOARDING));
    for (const [name, content] of Object.entries(this.options.files ?? {})) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  }
}

/** Only the owner is left to be made: the other steps would set up integrations that ask servers on the internet. */
const ONBOARDING = {
  version: 4,
  minor_version: 1,
  key: "onboarding",
  data: { done: ["core_config", "analytics", "integration"] },
};

/** The only way since Core 2026.8 to choose the address that Core listens on; without it it would be all of them. */
function httpStorage(port: number): object {
  return {
    version: 3,
    minor_version: 1,
    key: "http",
    data: {
      stable: {
        server_host: ["127.0.0.1"],
        server_port: port,
        cors_allowed_origins: [],
        login_attempts_threshold: -1,
        ip_ban_enabled: false,
        ssl_profile: "intermediate_v6",
        use_x_frame_options: true,
        created_at: "2026-01-01T00:00:00+00:00",
        error: null,
        error_message: null,
      },
      pending: null,
      yaml_migration_done: true,
    },
  };
}

/** The cached root for the pinned versions; made when missing. Throws one sentence when it cannot be made. */
function coreRoot(): string {
  const recipe = ["pins.json", "make-core-root.sh"].map((name) => readFileSync(join(scripts, name)));
  const key = createHash("sha256").update(Buffer.concat(recipe)).digest("hex").slice(0, 12);
  const { homeassistant } = JSON.parse(readFileSync(pinsFile, "utf8")) as { homeassistant: string };
  const root = join(cacheFolder(), `homeassistant-${homeassistant}-${key}`);
  if (existsSync(root)) return root;
  const [command = "", ...args] = asRoot([join(scripts, "make-core-root.sh"), root, pinsFile]);
  const made = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (made.status !== 0) {
    throw new Error(`Home Assistant Core ${homeassistant} cannot be had here; the line above says why.`);
  }
  return root;
}

function cacheFolder(): string {
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, "neolia");
  return process.getuid?.() === 0 ? "/var/cache/neolia" : join(homedir(), ".cache/neolia");
}
