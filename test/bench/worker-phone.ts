/** The bench's end of the telephones in their thread: each is the sound of one call. */
import { Worker } from "node:worker_threads";
import type { SoundPeer } from "../lab/sip/rtp.ts";
import type { PhoneAnswer, PhoneCommand, PhoneTimes } from "./phone-worker.ts";

export class WorkerPhones {
  private readonly worker = new Worker(new URL("./phone-worker.ts", import.meta.url));
  private readonly waiting = new Map<string, (answer: PhoneAnswer) => void>();
  private nextPhone = 1;

  constructor() {
    this.worker.on("message", (answer: PhoneAnswer) => {
      const key = `${answer.type} ${answer.phone}`;
      this.waiting.get(key)?.(answer);
      this.waiting.delete(key);
    });
  }

  /** `everyMs`: between two beeps; 0: silence. */
  async open(everyMs: number): Promise<WorkerPhone> {
    const phone = this.nextPhone++;
    const { port } = await this.ask({ type: "open", phone, everyMs }, "opened");
    return new WorkerPhone(this, phone, port);
  }

  send(command: PhoneCommand): void {
    this.worker.postMessage(command);
  }

  ask<Type extends PhoneAnswer["type"]>(
    command: PhoneCommand,
    type: Type,
  ): Promise<Extract<PhoneAnswer, { type: Type }>> {
    return new Promise((resolve) => {
      const take = (answer: PhoneAnswer) => resolve(answer as Extract<PhoneAnswer, { type: Type }>);
      this.waiting.set(`${type} ${command.phone}`, take);
      this.send(command);
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

export class WorkerPhone implements SoundPeer {
  private readonly phones: WorkerPhones;
  private readonly phone: number;
  private readonly port: number;
  private connected = false;

  constructor(phones: WorkerPhones, phone: number, port: number) {
    this.phones = phones;
    this.phone = phone;
    this.port = port;
  }

  sdp(): string {
    const lines = ["v=0", `o=- ${this.port} 1 IN IP4 127.0.0.1`, "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
    return [...lines, `m=audio ${this.port} RTP/AVP 8`, "a=rtpmap:8 PCMA/8000", "a=ptime:20", ""].join("\r\n");
  }

  connect(sdp: string): void {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
    if (!address || port === 0 || this.connected) return;
    this.connected = true;
    this.phones.send({ type: "connect", phone: this.phone, address, port });
  }

  /** Until nothing was heard for so long: whoever greets has done so. */
  async quiet(forMs: number): Promise<void> {
    await this.phones.ask({ type: "quiet", phone: this.phone, forMs }, "quiet");
  }

  async stop(): Promise<PhoneTimes> {
    return await this.phones.ask({ type: "stop", phone: this.phone }, "stopped");
  }
}
