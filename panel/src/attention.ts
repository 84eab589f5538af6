/** What draws the eye to a ringing tab: its title flashes, and the screen stays on during a call. */

const FLASH_MS = 900;

export class Attention {
  private readonly title = document.title;
  private timer: ReturnType<typeof setInterval> | null = null;
  private lock: WakeLockSentinel | null = null;
  private awake = false;

  /** Flashes the title between itself and `text`; null stops. */
  flash(text: string | null): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    document.title = text ?? this.title;
    if (text === null) return;
    this.timer = setInterval(() => {
      document.title = document.title === text ? this.title : text;
    }, FLASH_MS);
  }

  /** Keeps the screen on while a call rings or runs; where the browser does not allow it, nothing happens. */
  async keepAwake(on: boolean): Promise<void> {
    if (this.awake === on) return;
    this.awake = on;
    if (!on) {
      await this.lock?.release();
      this.lock = null;
      return;
    }
    const lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    if (this.awake) this.lock = lock;
    else await lock?.release();
  }
}
