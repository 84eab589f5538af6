/** Knows a connection that died without a word: pings, and hears nothing in return. */
import type { WebSocket } from "ws";

/** `silenceMs`: how long nothing at all, not even a pong, may come. Returns what ends the watching. */
export function watchSilence(socket: WebSocket, silenceMs: number, onSilent: () => void): () => void {
  let silence = setTimeout(onSilent, silenceMs);
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(onSilent, silenceMs);
  };
  const pinging = setInterval(() => socket.ping(), silenceMs / 3);
  for (const event of ["ping", "pong", "message"]) socket.on(event, heard);
  return () => {
    clearTimeout(silence);
    clearInterval(pinging);
    for (const event of ["ping", "pong", "message"]) socket.off(event, heard);
  };
}
