/** What every WebSocket of the bridge needs: a bound on what waits for its reader, and an end for dead ones. */
import type { FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import type { Board, BoardChange } from "../api/board.ts";
import type { PanelMessage } from "../api/live.ts";
import { AppError } from "../events/errors.ts";
import { FirstTimes } from "../links/first-times.ts";
import { errorReply } from "./error-reply.ts";

const PING_EVERY_MS = 20_000;
/** Words that are answered before somebody who only talks is sent away. */
const MOST_WORDS = 20;
/** A reader this far behind is gone or asleep; it comes back and takes `hello`. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** A reader that is too far behind is cut off. */
export function send(socket: WebSocket, message: PanelMessage | Board | BoardChange): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MOST_WAITING_BYTES) socket.terminate();
  else socket.send(JSON.stringify(message));
}

/** Ends a connection whose other end vanished without a word (sleep, network change). `check` runs with each ping. */
export function keepAlive(socket: WebSocket, check: () => void): () => void {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    check();
    socket.ping();
  }, PING_EVERY_MS);
  return () => clearInterval(timer);
}

/**
 * For sockets on which nothing is read: whoever says something is told so and hears on, whoever goes on talking is sent away
 * (1008), and so is who says too much at once (1009, by `maxPayload`). Each person gets one line in the log.
 */
export function sayingNothing(): (socket: WebSocket, request: FastifyRequest) => void {
  const talkers = new FirstTimes();
  return (socket, { asker, log }) => {
    let words = 0;
    socket.on("message", () => {
      const userId = asker?.userId ?? null;
      if (talkers.isFirst(String(userId)))
        log.warn({ userId }, "somebody said something on the WebSocket, where nothing is read");
      words += 1;
      const why = "nothing is read here; changes are made by HTTP";
      if (words <= MOST_WORDS) send(socket, { type: "error", ...errorReply(new AppError("INVALID_REQUEST", why)) });
      else socket.close(1008, "nothing is read here");
    });
  };
}

/**
 * Ends the connection of somebody who may not look (any more). The last message says why: Home Assistant's proxy turns
 * every close code into 1000.
 */
export function endSession(socket: WebSocket, code: "NOT_SIGNED_IN" | "FORBIDDEN"): void {
  const why = code === "FORBIDDEN" ? "your rights have changed" : "session over";
  send(socket, { type: "error", ...errorReply(new AppError(code, why)) });
  socket.close(code === "FORBIDDEN" ? 4403 : 4401, why);
}
