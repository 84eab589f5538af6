/**
 * Akuvox door stations: an auto-provisioning file, `key = value` a line. Each key is explained in docs/hardware.md.
 * Account 2 is used while account 1 is not registered.
 */
import type { DeviceLogin, Setting } from "./device-login.ts";

export interface AkuvoxOptions {
  /** Digits that open relay A during a call; empty: left as it is. */
  dtmfCode: string;
}

const TLS = "2";
const RFC_4733 = "1";

export function akuvoxSettings(logins: readonly DeviceLogin[], { dtmfCode }: AkuvoxOptions): Setting[] {
  return [
    ...logins.slice(0, 2).flatMap((login, at) => account(`Config.Account${at + 1}`, login)),
    // A call to an address instead of an account would go around the house's rules.
    unproved("Config.Settings.GENERAL.DirectIP", "0"),
    ...(dtmfCode === "" ? [] : relay(dtmfCode, logins)),
    unproved("Config.DoorSetting.CLOUDSERVER.Enable", "0"),
  ];
}

export function akuvoxFile(settings: readonly Setting[]): string {
  return `${settings.map(({ key, value }) => `${key} = ${value}`).join("\r\n")}\r\n`;
}

function account(prefix: string, { username, password, domain, label, host, tlsPort }: DeviceLogin): Setting[] {
  return [
    proved(`${prefix}.GENERAL.Enable`, "1"),
    proved(`${prefix}.GENERAL.Label`, label),
    proved(`${prefix}.GENERAL.DisplayName`, label),
    proved(`${prefix}.GENERAL.UserName`, username),
    proved(`${prefix}.GENERAL.AuthName`, username),
    proved(`${prefix}.GENERAL.Pwd`, password),
    proved(`${prefix}.SIP.Server`, domain),
    proved(`${prefix}.SIP.Port`, String(tlsPort)),
    unproved(`${prefix}.SIP.TransType`, TLS),
    unproved(`${prefix}.OUTPROXY.Enable`, host === domain ? "0" : "1"),
    unproved(`${prefix}.OUTPROXY.Server`, host === domain ? "" : host),
    unproved(`${prefix}.OUTPROXY.Port`, host === domain ? "" : String(tlsPort)),
    unproved(`${prefix}.REG.Timeout`, "300"),
    proved(`${prefix}.DTMF.Type`, RFC_4733),
    // A door that answers by itself is a microphone in the street.
    proved(`${prefix}.AUTO_ANSWER.Enable`, "0"),
  ];
}

function relay(dtmfCode: string, logins: readonly DeviceLogin[]): Setting[] {
  const domain = logins[0]?.domain ?? "";
  return [
    unproved("Config.DoorSetting.DTMF.Option", String(dtmfCode.length)),
    unproved("Config.DoorSetting.DTMF.Code1", dtmfCode),
    // Only who calls from the house's own domain may open by digits.
    unproved("Config.DoorSetting.DTMF.WhiteListEnable", "1"),
    unproved("Config.DoorSetting.DTMF.WhiteList", domain),
    unproved("Config.DoorSetting.RELAY.RemoteOpenDoorHttpEnable", "1"),
  ];
}

function proved(key: string, value: string): Setting {
  return { key, value, proved: true };
}

function unproved(key: string, value: string): Setting {
  return { key, value, proved: false };
}
