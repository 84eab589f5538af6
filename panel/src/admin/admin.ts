/** What every page of the installer gets: the site it is about, what is known, and the ways to change it. */
import type { PanelMessage } from "../../../bridge/src/api/live.ts";
import type { Api } from "../data/api.ts";
import type { Directory, Site } from "../data/directory.ts";
import type { RemoteSite } from "../data/remote.ts";
import type { AdminLocalizer } from "../localize/admin.ts";
import type { PanelState } from "../model.ts";
import type { Place } from "./place.ts";

export interface Toast {
  text: string;
  /** Offers to take it back. */
  undo?: () => Promise<void>;
  /** Something went wrong: stays until it is closed. */
  failed?: boolean;
}

export interface Admin {
  readonly t: AdminLocalizer;
  readonly api: Api;
  readonly panel: PanelState;
  readonly directory: Directory;
  /** null: there is no site yet. */
  readonly site: Site | null;
  /** The site is elsewhere, and managed by what its administrator allows; null: it is here. */
  readonly remote: RemoteSite | null;
  /** All that this Neolia may manage. */
  readonly remoteSites: readonly RemoteSite[];
  /** One was added or removed. */
  remoteSitesChanged(): Promise<void>;
  readonly place: Place;
  /** What Home Assistant calls the app; null where the panel does not stand in Home Assistant. */
  readonly slug: string | null;
  /** Opens a page of this site. */
  open(section: string, ...rest: string[]): void;
  /** The same as the address of a link. */
  href(section: string, ...rest: string[]): string;
  /** Opens another site's overview, by its id or that of a site elsewhere; null: the list of sites. */
  openSite(siteId: string | null): void;
  /** Opens this browser's own page: ringtone, volume, test. */
  openDevice(): void;
  toast(toast: Toast): void;
  /** Tells a person what went wrong with something that was not a form. */
  fail(error: unknown): void;
  /** Where another device opens this page: Home Assistant's address, not that of its frame. null: elsewhere. */
  readonly pageUrl: string | null;
  /** What the bridge pushes. Returns its unsubscribe. */
  onMessage(listener: (message: PanelMessage) => void): () => void;
}

/** A page that is about a site: the shell shows it only when there is one. */
export interface SiteAdmin extends Admin {
  readonly site: Site;
}
