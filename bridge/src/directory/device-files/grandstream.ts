/**
 * Grandstream HT841: XML with P-values for its four telephone lines (FXO), each with an account of its own, and French
 * tones. Each P-value is explained in docs/hardware.md.
 */
import type { DeviceLogin, Setting } from "./device-login.ts";

/** By line, 1 to 4. */
const USER = ["P4061", "P4062", "P4063", "P4064"];
const AUTH = ["P4091", "P4092", "P4093", "P4094"];
const PASSWORD = ["P4121", "P4122", "P4123", "P4124"];
const NAME = ["P4181", "P4182", "P4183", "P4184"];
/** "Unconditional Call Forward to VOIP": where a call from the telephone line goes. */
const FORWARD_USER = ["P3305", "P92829", "P92830", "P92831"];
const FORWARD_SERVER = ["P3306", "P92833", "P92834", "P92835"];
const FORWARD_PORT = ["P3307", "P92837", "P92838", "P92839"];

/** France: 440 Hz, half a second on, half a second off. With American tones a line stays busy until a restart. */
const BUSY_TONE = "f1=440@-17,f2=440@-17,c=500/500;";

export function grandstreamSettings(logins: readonly DeviceLogin[]): Setting[] {
  const [first] = logins;
  if (!first) return [];
  const { domain, host, tlsPort } = first;
  return [
    setting("P747", domain, true),
    setting("P748", `${host}:${tlsPort}`, true),
    setting("P830", "2", false),
    // The edge speaks plain RTP with gateways.
    setting("P443", "0", false),
    setting("P52", "2", false),
    setting("P730", "2", false),
    setting("P841", BUSY_TONE, false),
    setting("P1409", "0", false),
    setting("P4503", "", false),
    setting("P145", "0", false),
    ...logins.slice(0, 4).flatMap((login, at) => line(login, at)),
  ];
}

export function grandstreamFile(settings: readonly Setting[], mac: string): string {
  const lines = settings.map(({ key, value }) => `    <${key}>${escaped(value)}</${key}>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gs_provision version="1">',
    ...(mac === "" ? [] : [`  <mac>${mac.toLowerCase()}</mac>`]),
    '  <config version="1">',
    ...lines,
    "  </config>",
    "</gs_provision>",
    "",
  ].join("\n");
}

function line({ username, password, domain, label, tlsPort }: DeviceLogin, at: number): Setting[] {
  const of = (keys: readonly string[]) => keys[at] ?? "";
  return [
    setting(of(USER), username, true),
    setting(of(AUTH), username, true),
    setting(of(PASSWORD), password, true),
    setting(of(NAME), label, true),
    setting(of(FORWARD_USER), username, true),
    setting(of(FORWARD_SERVER), domain, true),
    setting(of(FORWARD_PORT), String(tlsPort), true),
  ];
}

function setting(key: string, value: string, proved: boolean): Setting {
  return { key, value, proved };
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  return text.replace(/[&<>]/g, (char) => entities[char] ?? char);
}
