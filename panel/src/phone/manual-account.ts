/** SIP settings that a person entered on this device, instead of those that Neolia gives it. The password is not kept. */
import { calculateMD5 } from "jssip/lib/Utils";

export interface ManualAccount {
  uri: string;
  username: string;
  domain: string;
  /** MD5(username:domain:password), RFC 2617 section 3.2.2.2. */
  ha1: string;
}

const KEY = "neolia.manualAccount";

export function manualAccount(): ManualAccount | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as ManualAccount | null;
    return typeof kept?.uri === "string" && typeof kept.ha1 === "string" ? kept : null;
  } catch {
    return null;
  }
}

export function keepManualAccount(uri: string, username: string, domain: string, password: string): ManualAccount {
  const account = { uri, username, domain, ha1: calculateMD5(`${username}:${domain}:${password}`) };
  localStorage.setItem(KEY, JSON.stringify(account));
  return account;
}

export function forgetManualAccount(): void {
  localStorage.removeItem(KEY);
}
