/** Rings as long as an order waits to be accepted; another melody than the door's. */
import type { Order } from "../data/desk.ts";
import { Ringtone } from "../phone/ringtone.ts";

/** Three notes upwards (G5, B5, D6). */
const MELODY = {
  periodS: 2.4,
  notes: [
    { atS: 0, hertz: 783.99 },
    { atS: 0.22, hertz: 987.77 },
    { atS: 0.44, hertz: 1174.66 },
  ],
};

export class KitchenBell {
  private readonly ringtone: Ringtone;
  private started = false;
  private knocking = false;

  /** `onSilent`: the browser plays nothing until somebody touches the page. */
  constructor(onSilent: (silent: boolean) => void) {
    this.ringtone = new Ringtone((state) => onSilent(state === "locked"), MELODY);
  }

  start(): void {
    this.started = true;
    this.ringtone.start();
  }

  stop(): void {
    this.started = false;
    this.knocking = false;
    this.ringtone.stop();
  }

  unlock(): void {
    this.ringtone.unlock();
  }

  /** `calling`: a door rings, or somebody speaks: the order knocks softly then, and drowns neither. */
  follow(orders: readonly Order[], calling: boolean): void {
    if (!this.started) return;
    const waits = orders.some(({ stage }) => stage === "new");
    if (waits && !calling) this.ringtone.ring();
    else this.ringtone.silence();
    const knocks = waits && calling;
    if (knocks !== this.knocking) this.ringtone.knock(knocks);
    this.knocking = knocks;
  }
}
