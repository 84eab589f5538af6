/**
 * Which tab of this browser is the phone. One tab holds a Web Lock for as long as it lives; the browser hands the lock
 * to the next tab when it closes or crashes. Plain-http pages have no Web Locks: there a lease in localStorage, renewed
 * every half second, does the same.
 */

const LEASE_MS = 1_500;
const RENEW_MS = 500;

/**
 * Calls `onLeader` when this tab becomes the phone, and `onLost` when another tab has become it meanwhile, because this
 * one slept and could not renew its lease; a lock is never lost. Returns what gives the place up.
 */
export function lead(name: string, onLeader: () => void, onLost: () => void): () => void {
  return navigator.locks === undefined ? leadByLease(name, onLeader, onLost) : leadByLock(name, onLeader);
}

function leadByLock(name: string, onLeader: () => void): () => void {
  const giveUp = new AbortController();
  let release: () => void = () => giveUp.abort();
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  navigator.locks
    .request(name, { signal: giveUp.signal }, () => {
      onLeader();
      return held;
    })
    .catch((error: unknown) => {
      if (!giveUp.signal.aborted) throw error;
    });
  return () => {
    giveUp.abort();
    release();
  };
}

function leadByLease(name: string, onLeader: () => void, onLost: () => void): () => void {
  const me = Math.random().toString(36).slice(2);
  let leading = false;
  const renew = (): void => {
    const [holder, untilMs] = (localStorage.getItem(name) ?? "").split(" ");
    const leftMs = Number(untilMs) - Date.now();
    // More than a whole lease is left only when the clock was put back.
    if (holder !== me && leftMs > 0 && leftMs <= LEASE_MS) {
      if (leading) onLost();
      leading = false;
      return;
    }
    localStorage.setItem(name, `${me} ${Date.now() + LEASE_MS}`);
    // Two tabs may have written at once: the one that still stands there at the next renewal leads.
    if (holder !== me || leading) return;
    leading = true;
    onLeader();
  };
  const stop = (): void => {
    clearInterval(timer);
    window.removeEventListener("pagehide", stop);
    if ((localStorage.getItem(name) ?? "").startsWith(`${me} `)) localStorage.removeItem(name);
  };
  const timer = setInterval(renew, RENEW_MS);
  window.addEventListener("pagehide", stop);
  renew();
  return stop;
}
