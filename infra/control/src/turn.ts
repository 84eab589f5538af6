/** Short-lived TURN logins (draft-uberti-behave-turn-rest-00): coturn checks them with the shared secret alone. */
import { createHmac } from "node:crypto";
import type { EdgeValues } from "../../values.ts";
import type { TurnCredentials } from "./wire.ts";

/** Long enough for a call with its ICE restarts, short enough that a leaked login is worth little. */
export const TURN_LIFETIME_S = 1_800;

export type TurnValues = Pick<EdgeValues, "advertisedAddress" | "turnPort" | "turnSecret">;

/**
 * A login for one account: username `<expiry unix s>:<account>@<domain>`, credential base64(HMAC-SHA1(secret, username)).
 * coturn counts its user quota on the part after the colon, so the quota is one account's, over all its logins.
 */
export function mintTurnCredentials(
  values: TurnValues,
  account: string,
  domain: string,
  nowMs: number,
  lifetimeS: number = TURN_LIFETIME_S,
): TurnCredentials {
  const expiresAtS = Math.floor(nowMs / 1000) + lifetimeS;
  const username = `${expiresAtS}:${account}@${domain}`;
  const server = `turn:${values.advertisedAddress}:${values.turnPort}`;
  return {
    urls: [`${server}?transport=udp`, `${server}?transport=tcp`],
    username,
    credential: createHmac("sha1", values.turnSecret).update(username).digest("base64"),
    expiresAtMs: expiresAtS * 1000,
  };
}
