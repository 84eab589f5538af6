/** Browsers and wall panels: each has one panel account of its own, which moves with it from unit to unit. */
import type { Device, DevicePut } from "../api/session.ts";
import type { AccountRow } from "../store/account-store.ts";
import { makeAccount } from "./accounts.ts";
import { type DirectoryContext, edit } from "./edit.ts";
import { accountOf, flatOf, siteOf } from "./lookup.ts";

export interface Devices {
  /** null when the browser is not set up or its account was removed. */
  get(deviceId: string): Device | null;
  /**
   * Makes the device's account, or renames and moves it. Idempotent: its login stays unless it changes the site.
   * `userId` is whose device it becomes when it is made or moved: it goes when they leave the unit. null: it belongs to
   * the house.
   */
  put(deviceId: string, fields: DevicePut, userId: string | null): Device;
  /** Removes the devices of everybody who is not among these users of Home Assistant (any more). */
  keepOnlyOf(userIds: ReadonlySet<string>): void;
  /** Name, unit and login of a device; null when it is not set up. */
  panelOf(deviceId: string): { name: string; unitId: string; ha1: string } | null;
  /** The device's account, null when it has none. */
  accountOf(deviceId: string): AccountRow | null;
}

export function devices(context: DirectoryContext): Devices {
  const { store, sip, audit } = context;
  const accountOfDevice = (deviceId: string) => {
    const id = store.devices.accountId(deviceId);
    return id === null ? null : accountOf(store, id);
  };
  const toDevice = (deviceId: string, { siteId, unitId, username, label, ha1 }: AccountRow): Device => {
    const unit = flatOf(store, unitId ?? "");
    const { domain } = siteOf(store, siteId);
    return {
      deviceId,
      label,
      siteId,
      unitId: unit.id,
      unitNumber: unit.label,
      sip: { username, domain, ha1, uri: sip.uri },
    };
  };
  return {
    accountOf: accountOfDevice,
    panelOf: (deviceId) => {
      const { label: name, unitId = null, ha1 } = accountOfDevice(deviceId) ?? { label: "", ha1: "" };
      return unitId === null ? null : { name, unitId, ha1 };
    },
    get: (deviceId) => {
      const account = accountOfDevice(deviceId);
      return account && toDevice(deviceId, account);
    },
    keepOnlyOf: (userIds) => releaseDevices(context, ({ userId }) => !userIds.has(userId)),
    put: (deviceId, { unitId, label }, userId) =>
      store.transaction(() => {
        const unit = flatOf(store, unitId);
        const account = accountOfDevice(deviceId);
        if (account?.unitId === unitId && account.label === label) return toDevice(deviceId, account);
        if (account?.siteId === unit.siteId) {
          const moved = { ...account, unitId, label };
          edit(context, unit.siteId, () => {
            store.accounts.update(moved);
            if (account.unitId !== unitId) store.devices.setUser(deviceId, userId);
            audit.note({
              ...noteOf(moved),
              verb: "changed",
              before: { unitId: account.unitId, label: account.label },
              after: { unitId, label },
            });
          });
          return toDevice(deviceId, moved);
        }
        // The login is bound to the realm of the site, so another site means another account.
        if (account) {
          edit(context, account.siteId, () => {
            store.accounts.remove(account.id);
            audit.note({ ...noteOf(account), verb: "removed", before: { unitId: account.unitId } });
          });
        }
        return edit(context, unit.siteId, () => {
          const made = makeAccount(context, { siteId: unit.siteId, unit, type: "panel", label });
          store.devices.insert(deviceId, made.id, userId);
          audit.note({ ...noteOf(made), verb: "added", after: { unitId } });
          return toDevice(deviceId, accountOf(store, made.id));
        });
      }),
  };
}

interface OwnedDevice {
  userId: string;
  account: AccountRow;
}

/** Removes the accounts of people's devices that `isOver` names: the VPS ends their registrations and calls. */
export function releaseDevices(context: DirectoryContext, isOver: (device: OwnedDevice) => boolean): void {
  const { store, audit } = context;
  store.transaction(() => {
    for (const { userId, accountId } of store.devices.ofUsers()) {
      const account = accountOf(store, accountId);
      if (!isOver({ userId, account })) continue;
      edit(context, account.siteId, () => {
        store.accounts.remove(account.id);
        audit.note({ ...noteOf(account), verb: "removed", before: { userId, unitId: account.unitId } });
      });
    }
  });
}

function noteOf({ id, siteId, label, username }: Pick<AccountRow, "id" | "siteId" | "label" | "username">) {
  return { siteId, noun: "device", rowId: id, label: `${label} (${username})` };
}
