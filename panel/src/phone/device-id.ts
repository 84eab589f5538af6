/** This browser's own id: made once, kept in localStorage, sent to the bridge as the device and to SIP as the instance. */

const KEY = "neolia.device";
const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function deviceId(): string {
  const kept = localStorage.getItem(KEY);
  return kept !== null && PATTERN.test(kept) ? kept : newDeviceId();
}

/** Another one in its place. */
export function newDeviceId(): string {
  const made = randomUuid();
  localStorage.setItem(KEY, made);
  return made;
}

/** Random UUID (RFC 9562 section 5.4). `crypto.randomUUID` is missing on plain http, `getRandomValues` is not. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
