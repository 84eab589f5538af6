/** Who is asking: the session of this browser. */
import type { Session } from "../../../bridge/src/api/session.ts";
import type { Api } from "./api.ts";

export type { Session };

/** Throws ApiError 401 when nobody is signed in. */
export function fetchSession(api: Api): Promise<Session> {
  return api.get("api/session");
}

/** Signs in with the token that the app printed. Throws ApiError 401 when it is wrong. */
export function signIn(api: Api, token: string): Promise<Session> {
  return api.send("POST", "api/session", { token });
}

/**
 * The secret of `#pair=…`, which makes this browser the panel of a unit; taken out of the address like a token. In Home
 * Assistant's frame it stands in the address of the page around.
 */
export function takePairingFromAddress(): string | null {
  for (const place of [window, parentOf(window)]) {
    const secret = new URLSearchParams(place?.location.hash.slice(1)).get("pair");
    if (place === null || secret === null) continue;
    place.history.replaceState(place.history.state, "", place.location.pathname + place.location.search);
    return secret;
  }
  return null;
}

function parentOf({ parent }: Window): Window | null {
  try {
    return parent !== window && parent.location.origin === location.origin ? parent : null;
  } catch {
    return null;
  }
}

/** The token of `#token=…`, taken out of the address bar at once: it must not stay in the history or a screenshot. */
export function takeTokenFromAddress(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("token");
  if (token === null) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
