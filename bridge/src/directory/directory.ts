/** The directory: sites, what is in them, who may be called by whom. The only writer of those tables. */
import { type Accounts, accounts } from "./accounts.ts";
import { type Buildings, buildings } from "./buildings.ts";
import { type Devices, devices } from "./devices.ts";
import { type Doors, doors } from "./doors.ts";
import type { DirectoryContext } from "./edit.ts";
import { type Members, members } from "./members.ts";
import { type Rules, rules } from "./rules.ts";
import { type Sites, sites } from "./sites.ts";
import { type Units, units } from "./units.ts";
import { type WhatWouldHappen, whatWouldHappen } from "./what-would-happen.ts";

export interface Directory {
  sites: Sites;
  buildings: Buildings;
  units: Units;
  doors: Doors;
  accounts: Accounts;
  rules: Rules;
  devices: Devices;
  members: Members;
  whatWouldHappen: WhatWouldHappen;
}

export interface DirectoryOptions extends DirectoryContext {
  /** Where browsers register; null when no VPS is configured. */
  sipUri: string | null;
}

export function openDirectory({ sipUri, ...context }: DirectoryOptions): Directory {
  return {
    sites: sites(context),
    buildings: buildings(context),
    units: units(context),
    doors: doors(context),
    accounts: accounts(context),
    rules: rules(context),
    devices: devices(context, sipUri),
    members: members(context),
    whatWouldHappen: whatWouldHappen(context.store),
  };
}
