/** What a site has that Home Assistant is told of: what discovery.ts makes its messages from. */
export interface DiscoverySite {
  id: string;
  /** SIP domain of the site. */
  domain: string;
  name: string;
  doors: readonly DiscoveryDoor[];
  units: readonly DiscoveryPlace[];
  /** Phone lines of a restaurant. */
  lines: readonly DiscoveryLine[];
  devices: readonly DiscoveryDevice[];
}

/** Something that is called or calls: a door, a flat, a line. */
export interface DiscoveryPlace {
  id: string;
  /** SIP name. */
  name: string;
  /** What people call it: "Entrance", "Unit 401". */
  label: string;
}

export interface DiscoveryLine extends DiscoveryPlace {
  /** What is on its menu. */
  dishes: readonly DiscoveryDish[];
}

export interface DiscoveryDish {
  /** Of the menu (`MenuId`). */
  id: string;
  label: string;
}

export interface DiscoveryDoor extends DiscoveryPlace {
  /** Accounts of what hangs there. */
  stations: readonly DiscoveryAccount[];
}

export interface DiscoveryAccount {
  id: string;
  username: string;
}

/** A device with an account of its own. */
export interface DiscoveryDevice extends DiscoveryAccount {
  kind: "Panel" | "Phone" | "Gateway";
  label: string;
  /** The flat where it hangs, null if it belongs to none. */
  unitId: string | null;
}
