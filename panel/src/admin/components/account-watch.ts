import type { PropertyValues } from "lit";
import { DirectoryWatch } from "./directory-watch.ts";

/** Shows accounts as they are now: fetched anew also when a device comes or goes. */
export abstract class AccountWatch extends DirectoryWatch {
  private seen = "";

  /** Id of what is shown. */
  protected abstract readonly shownId: string;

  protected override willUpdate(_changed: PropertyValues<this>): void {
    // Who is registered is pushed as ids; what the device calls itself has to be fetched.
    const registered = this.admin.panel.live.state?.registered ?? [];
    const seen = [this.shownId, ...registered].join();
    if (seen === this.seen) return;
    this.seen = seen;
    void this.load();
  }
}
