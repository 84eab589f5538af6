/** Configuration files for devices that fetch one: made with new passwords, shown once, served once. */
import type { DeviceFile, DeviceModel, NewDeviceFile } from "../../api/pairing.ts";
import { AppError } from "../../events/errors.ts";
import type { AccountRow } from "../../store/account-store.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { accountOf, siteOf } from "../lookup.ts";
import { ha1Of, newPassword } from "../names.ts";
import type { DocumentPost } from "../pairing/document-post.ts";
import { PAIRING_MS } from "../pairing/pairing-time.ts";
import { akuvoxFile, akuvoxSettings } from "./akuvox.ts";
import type { DeviceLogin } from "./device-login.ts";
import { grandstreamFile, grandstreamSettings } from "./grandstream.ts";

/** Throws UNKNOWN_ACCOUNT, DEVICE_FILE_ACCOUNTS, VPS_NOT_CONFIGURED. */
export type MakeDeviceFile = (request: NewDeviceFile) => Promise<DeviceFile>;

const NEEDS: Readonly<Record<DeviceModel, { type: AccountRow["type"]; most: number }>> = {
  "akuvox-door": { type: "door", most: 2 },
  "grandstream-ht841": { type: "gateway", most: 4 },
};

export function deviceFiles(context: DirectoryContext, post: DocumentPost): MakeDeviceFile {
  const { store, now, audit, sip } = context;

  function refuseWrong(model: DeviceModel, accounts: readonly AccountRow[]): string {
    const { type, most } = NEEDS[model];
    const [siteId = ""] = accounts.map((account) => account.siteId);
    const fits = accounts.length <= most && accounts.every((one) => one.type === type && one.siteId === siteId);
    if (fits && new Set(accounts.map(({ id }) => id)).size === accounts.length) return siteId;
    throw new AppError("DEVICE_FILE_ACCOUNTS", `${model} takes 1 to ${most} accounts of type ${type}, of one site`, {
      fields: { accountIds: "NOT_ALLOWED" },
    });
  }

  function newLogin(account: AccountRow, uri: string): DeviceLogin {
    const { username, label, siteId } = account;
    const { domain } = siteOf(store, siteId);
    const password = newPassword();
    store.accounts.update({ ...account, ha1: ha1Of(username, domain, password) });
    audit.note({ siteId, noun: "account", verb: "device-file", rowId: account.id, label: `${label} (${username})` });
    const { hostname, port } = new URL(uri);
    return { username, password, domain, label, host: hostname, tlsPort: Number(port || 443) };
  }

  return async ({ model, accountIds, dtmfCode = "" }) => {
    const { uri } = sip;
    if (uri === null)
      throw new AppError("VPS_NOT_CONFIGURED", "without a VPS there is no server to write into the file");
    const accounts = accountIds.map((id) => accountOf(store, id));
    const siteId = refuseWrong(model, accounts);
    const logins = edit(context, siteId, () => accounts.map((account) => newLogin(account, uri)));
    const mac = accounts[0]?.deviceInfo.mac ?? "";
    const { settings, ...file } = fileOf(model, logins, { mac, dtmfCode });
    const expiresAtMs = now() + PAIRING_MS;
    const url = await serve(siteId, file, logins);
    const unproved = settings.filter(({ proved }) => !proved).map(({ key }) => key);
    return { ...file, usernames: logins.map(({ username }) => username), url, expiresAtMs, unproved };
  };

  /** The file can be carried to the device by hand as well, so nothing fails for want of an address. */
  async function serve(
    siteId: string,
    file: Pick<DeviceFile, "mediaType" | "fileName" | "content">,
    logins: readonly DeviceLogin[],
  ) {
    if (!post.isThere(siteId)) return null;
    const kept = logins.map(({ username, domain, password }) => ({
      username,
      ha1: ha1Of(username, domain, password),
    }));
    try {
      return (await post.post(siteId, file, { kind: "file", validMs: PAIRING_MS, logins: kept })).url;
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}

function fileOf(
  model: DeviceModel,
  logins: readonly DeviceLogin[],
  { mac, dtmfCode }: { mac: string; dtmfCode: string },
) {
  switch (model) {
    case "akuvox-door": {
      const settings = akuvoxSettings(logins, { dtmfCode });
      const fileName = mac === "" ? "akuvox.cfg" : `${mac}.cfg`;
      return { settings, fileName, mediaType: "text/plain; charset=utf-8", content: akuvoxFile(settings) };
    }
    case "grandstream-ht841": {
      const settings = grandstreamSettings(logins);
      const fileName = mac === "" ? "cfg.xml" : `cfg${mac.toLowerCase()}.xml`;
      return {
        settings,
        fileName,
        mediaType: "application/xml; charset=utf-8",
        content: grandstreamFile(settings, mac),
      };
    }
  }
}
