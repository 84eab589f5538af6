/** Notices when this machine's network changes, so that nobody sits out a long wait after the cable is back. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

const LOOK_EVERY_MS = 1_000;

export class NetworkWatch {
  private readonly listeners = new Set<() => void>();
  private readonly interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  private readonly timer: NodeJS.Timeout;
  private known: string;

  constructor(interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces) {
    this.interfaces = interfaces;
    this.known = this.addresses();
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  /** Calls `listener` when an address came or went. Returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.listeners.clear();
  }

  private look(): void {
    const addresses = this.addresses();
    if (addresses === this.known) return;
    this.known = addresses;
    for (const listener of [...this.listeners]) listener();
  }

  private addresses(): string {
    return Object.values(this.interfaces())
      .flatMap((list) => (list ?? []).map(({ address }) => address))
      .toSorted()
      .join(" ");
  }
}
