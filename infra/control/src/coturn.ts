/** Whether coturn serves: a STUN Binding request (RFC 8489 section 2) and any answer to it. */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";

const TIMEOUT_MS = 1_000;
const MAGIC_COOKIE = 0x2112a442;

/** Resolves true when the TURN server at this address answers within a second. Never rejects. */
export function coturnAnswers(address: string, port: number): Promise<boolean> {
  const request = Buffer.alloc(20);
  request.writeUInt16BE(0x0001, 0);
  request.writeUInt32BE(MAGIC_COOKIE, 4);
  randomBytes(12).copy(request, 8);
  const socket = createSocket("udp4");
  return new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    const settle = (answered: boolean) => {
      clearTimeout(timer);
      resolve(answered);
    };
    socket.once("error", () => settle(false));
    socket.once("message", (reply) => settle(reply.subarray(4, 20).equals(request.subarray(4, 20))));
    socket.connect(port, address, (error?: Error) => {
      if (error) settle(false);
      else socket.send(request);
    });
  }).finally(() => socket.close());
}
