/**
 * What can have changed, by name. Events say which thing changed, not what it is now: whoever needs that reads the
 * store, which is already committed when an event goes out.
 */
export interface DomainEvents {
  callChanged: CallChanged;
  directoryChanged: DirectoryChanged;
  provisioningChanged: ProvisioningChanged;
  registrationsChanged: RegistrationsChanged;
  linkChanged: LinkChanged;
  rightsChanged: RightsChanged;
  deskChanged: DeskChanged;
  menuChanged: MenuChanged;
  jobChanged: JobChanged;
  pairingChanged: PairingChanged;
  testRingChanged: TestRingChanged;
  testCallDue: TestCallDue;
  grantsChanged: GrantsChanged;
}

/** An import got further or ended. */
export interface JobChanged {
  jobId: string;
}

/** A pairing was made, used, withdrawn, or ran out. */
export interface PairingChanged {
  pairingId: string;
}

/** A test ring got further or ended. */
export interface TestRingChanged {
  testId: string;
  siteId: string;
  /** Its last news. */
  isOver: boolean;
}

/** A device is about to be called by a test: it must know, so that it does not ring. */
export interface TestCallDue {
  testId: string;
  siteId: string;
  /** SIP name of the device. */
  username: string;
  /** SIP name of the account that calls. */
  caller: string;
  forMs: number;
}

/** A call began, got further or ended. Emitted after the change is in the call log. */
export interface CallChanged {
  callId: string;
  siteId: string;
  /** false when the news is too old to be acted upon (a ring after a gap): lists show it, nobody is alerted. */
  fresh: boolean;
}

/** A site, or something of it (building, unit, door, account, rule), was added, edited or removed. */
export interface DirectoryChanged {
  siteId: string;
}

/** How far a site's edits have got on the VPS, or what holds them up, is different now. */
export interface ProvisioningChanged {
  siteId: string;
}

/** The set of accounts with a live contact is different now. */
export interface RegistrationsChanged {
  siteId: string;
}

/** The link to the VPS, the broker or the voice service came up, went down, or is down for another reason. */
export interface LinkChanged {
  link: "vps" | "mqtt" | "voice";
}

/** Somebody of the house was added, removed, or has other rights: whoever is connected is looked at again. */
export type RightsChanged = Record<string, never>;

/** Something that a line's order desk shows is different: orders, drafts, running calls, pause, settings. */
export interface DeskChanged {
  siteId: string;
  lineId: string;
}

/** A line's menu, or what is sold out, is different. */
export interface MenuChanged {
  siteId: string;
  lineId: string;
  /** `stock`: only what is sold out. */
  what: "menu" | "stock";
}

/** A grant of the site was made, taken or revoked. */
export interface GrantsChanged {
  siteId: string;
}
