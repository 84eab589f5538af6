/** What every WebSocket of a site needs: an end when its other side vanished without a word, or site or token are gone. */
import type { WebSocket } from "ws";

const PING_MS = 10_000;
/** How often a connection looks whether its site is still there with this token: the command line is another process. */
const LOOK_MS = 1_000;

/** WebSocket close codes (RFC 6455 section 7.4; ours are of the private range). */
export const SiteClose = { siteRemoved: 4401, replaced: 4409, tooManyFeeds: 4429, goingAway: 1001 } as const;

/** Watches the socket until it closes, and runs `onClosed` then. `isLetIn`: false once site or token are gone. */
export function watchSiteSocket(socket: WebSocket, isLetIn: () => boolean, onClosed: () => void): void {
  let alive = true;
  socket.on("pong", () => {
    alive = true;
  });
  const ping = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  const look = setInterval(() => {
    if (!isLetIn()) socket.close(SiteClose.siteRemoved, "the site was removed or has another token");
  }, LOOK_MS);
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    clearInterval(ping);
    clearInterval(look);
    onClosed();
  });
}
