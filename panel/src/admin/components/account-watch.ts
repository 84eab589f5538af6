import type { PropertyValues } from "lit";
import { DirectoryWatch } from "./directory-watch.ts";
import { connectionsOf } from "./registration.ts";

/** Shows accounts as they are now: fetched anew also when a device comes or goes. */
export abstract class AccountWatch extends DirectoryWatch {
  private seen = "";

  /** Id of what is shown. */
  protected abstract readonly shownId: string;

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const seen = this.shownId + connectionsOf(this.admin);
    if (seen === this.seen) return;
    this.seen = seen;
    void this.load();
  }
}
