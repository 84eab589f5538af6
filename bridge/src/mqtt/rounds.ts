/** Work that is done once more when it was asked for meanwhile, and never twice at the same time. */
export class Rounds {
  private readonly work: () => Promise<void>;
  private running: Promise<void> | null = null;
  private again = false;

  /** @param work throws nothing */
  constructor(work: () => Promise<void>) {
    this.work = work;
  }

  ask(): void {
    this.again = true;
    this.running ??= this.run();
  }

  /** Nothing is under way any more. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        await this.work();
      }
    } finally {
      this.running = null;
    }
  }
}
