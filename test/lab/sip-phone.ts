/**
 * A real SIP phone (baresip) that plays a WAV file into its calls and records what it hears: the door station of the
 * demo and the mobiles of the tests. It is driven through baresip's control socket.
 */
import { EventEmitter, once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { readWav, type Sound } from "./audio.ts";
import { Program } from "./process.ts";
import { until } from "./until.ts";

export interface SipPhoneOptions {
  /** SIP name, domain and password of its account. */
  username: string;
  domain: string;
  password: string;
  /** IPv4 address and port of the SIP server. */
  server: string;
  transport?: "udp" | "tcp";
  /** An empty folder of its own (made if missing): configuration, log, recordings. */
  folder: string;
  /** First of three free loopback ports: SIP, SIP over TLS (unused), control socket. */
  port: number;
  /** 16-bit mono WAV at 8000 Hz that it plays in every call; the call ends with it, so give it a minute or more. */
  sound: string;
  /** Answers by itself at once, or waits for `accept`. Default: manual. */
  answer?: "auto" | "manual";
}

/** What baresip reports: `CALL_RINGING`, `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `REGISTER_OK`, … */
export interface PhoneEvent {
  type: string;
  /** Who, or for CALL_CLOSED why ("486 Busy Here"). */
  param: string;
  /** performance.now() at arrival. */
  atMs: number;
}

interface ControlMessage {
  event?: boolean;
  response?: boolean;
  ok?: boolean;
  type?: string;
  param?: string;
  data?: string;
}

const COMMAND_MS = 20_000;
const MODULES = "/usr/lib/baresip/modules";

export class SipPhone {
  /** Everything reported so far, oldest first. */
  readonly events: PhoneEvent[] = [];
  private readonly options: SipPhoneOptions;
  private readonly program: Program;
  private readonly socket: Socket;
  private readonly replies = new EventEmitter();
  private received = Buffer.alloc(0);
  private readonly listeners = new Set<(event: PhoneEvent) => void>();
  private marked = 0;

  private constructor(options: SipPhoneOptions, program: Program, socket: Socket) {
    this.options = options;
    this.program = program;
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => this.read(bytes));
    // The program's end is seen by `running`; a broken socket says nothing more.
    socket.on("error", () => socket.destroy());
  }

  /** Starts the phone and waits until it is registered. */
  static async start(options: SipPhoneOptions): Promise<SipPhone> {
    mkdirSync(options.folder, { recursive: true });
    writeFileSync(join(options.folder, "config"), configuration(options));
    writeFileSync(join(options.folder, "contacts"), "");
    // The account is made through the control socket: its first registration is then seen.
    writeFileSync(join(options.folder, "accounts"), "", { mode: 0o600 });
    let socket: Socket | null = null;
    const program = await Program.start({
      command: "baresip",
      args: ["-4", "-f", options.folder],
      logFile: join(options.folder, "baresip.log"),
      ready: async () => {
        socket = await tryConnect(options.port + 2);
        return socket !== null;
      },
    });
    if (!socket) throw new Error("baresip's control socket went away");
    const phone = new SipPhone(options, program, socket);
    try {
      await phone.command("uanew", account(options));
      await until(
        () => {
          if (phone.saw("REGISTER_FAIL")) throw new Error("its registration was refused");
          return phone.saw("REGISTER_OK");
        },
        { what: "the registration" },
      );
    } catch (error) {
      await phone.stop();
      throw new Error(`${options.username} did not register\n${program.log().slice(-2000)}`, { cause: error });
    }
    return phone;
  }

  /** Calls a name of its own site. Resolves when the phone has begun; the outcome comes as events. */
  async dial(name: string): Promise<void> {
    await this.command("dial", `sip:${name}@${this.options.domain}`);
  }

  async accept(): Promise<void> {
    await this.command("accept");
  }

  /** Ends the call; refuses it with 486 while it rings; cancels it while the other side rings. */
  async hangUp(): Promise<void> {
    await this.command("hangup");
  }

  /** Waits for an event of this type, by default one since the last call of `mark`. */
  async waitFor(type: string, timeoutMs = 30_000): Promise<PhoneEvent> {
    return await until(
      () => {
        if (!this.program.running) throw new Error(`${this.options.username}: baresip is gone\n${this.program.log()}`);
        return this.since().find((event) => event.type === type);
      },
      { timeoutMs, what: `${type} at ${this.options.username}` },
    );
  }

  /** True if an event of this type came since `mark`. */
  saw(type: string): boolean {
    return this.since().some((event) => event.type === type);
  }

  /** Forgets what happened so far: `waitFor` and `saw` look at later events only. */
  mark(): void {
    this.marked = this.events.length;
  }

  /** Calls `listener` for each event from now on. Returns the unsubscribe. */
  onEvent(listener: (event: PhoneEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What it heard in its newest call. The file is complete once the call is over. Throws if there is none. */
  heard(): Sound {
    const { folder } = this.options;
    const newest = readdirSync(folder)
      .filter((file) => file.endsWith("-dec.wav"))
      .map((file) => join(folder, file))
      .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
      .at(-1);
    if (!newest) throw new Error(`${this.options.username} recorded nothing`);
    return readWav(newest);
  }

  get running(): boolean {
    return this.program.running;
  }

  /** SIGTERM deregisters and ends its call properly; SIGKILL is a phone that lost its power. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.socket.destroy();
    await this.program.stop(signal, 2_000);
  }

  private happened(event: PhoneEvent): void {
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  private since(): PhoneEvent[] {
    return this.events.slice(this.marked);
  }

  /** Sends one command (a netstring of JSON) and waits for its reply. Throws if the phone refuses. */
  private async command(command: string, params = ""): Promise<void> {
    const body = Buffer.from(JSON.stringify({ command, params, token: command }));
    const reply = once(this.replies, "reply", { signal: AbortSignal.timeout(COMMAND_MS) });
    this.socket.write(Buffer.concat([Buffer.from(`${body.length}:`), body, Buffer.from(",")]));
    const [message] = (await reply.catch((error) => {
      throw new Error(`${this.options.username} gave no answer to ${command} within ${COMMAND_MS} ms`, {
        cause: error,
      });
    })) as [ControlMessage];
    if (message.ok !== true) throw new Error(`${this.options.username} refused ${command}: ${message.data ?? ""}`);
  }

  private read(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    for (;;) {
      const colon = this.received.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.received.toString("latin1", 0, colon));
      if (this.received.length <= end) return;
      const message = JSON.parse(this.received.toString("utf8", colon + 1, end)) as ControlMessage;
      this.received = this.received.subarray(end + 1);
      if (message.event === true) {
        this.happened({ type: message.type ?? "", param: message.param ?? "", atMs: performance.now() });
      } else if (message.response === true) {
        this.replies.emit("reply", message);
      }
    }
  }
}

function account(options: SipPhoneOptions): string {
  const transport = options.transport ?? "udp";
  return [
    `<sip:${options.username}@${options.domain};transport=${transport}>`,
    `auth_user=${options.username}`,
    `auth_pass=${options.password}`,
    `outbound="sip:${options.server};transport=${transport}"`,
    "regint=300",
    "audio_codecs=PCMU/8000/1",
    `answermode=${options.answer ?? "manual"}`,
  ].join(";");
}

function configuration(options: SipPhoneOptions): string {
  return `sip_listen 127.0.0.1:${options.port}
net_interface 127.0.0.1
# Below every lab's port block.
rtp_ports 10240-19998
call_max_calls 1
audio_source aufile,${options.sound}
audio_player aubridge,nil
audio_alert aubridge,nil
ausrc_srate 8000
auplay_srate 8000
snd_path ${options.folder}
ctrl_tcp_listen 127.0.0.1:${options.port + 2}
module_path ${MODULES}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module ctrl_tcp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
`;
}

async function tryConnect(port: number): Promise<Socket | null> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    socket.destroy();
    return null;
  }
}
