/** What a person types into any SIP client, once. */
import type { SipCard } from "../api/directory.ts";

/** Where the SIP edge is reached. */
export interface SipAddress {
  /** Where browsers register, e.g. wss://sip.example.com:8443; null when no VPS is configured. */
  uri: string | null;
  /** SIP over UDP and TCP; 5060 everywhere but in the lab. */
  port: number;
}

export function sipCard(sip: SipAddress, domain: string, username: string, password: string): SipCard {
  const host = sip.uri === null ? domain : new URL(sip.uri).hostname;
  const tls = sip.uri === null ? null : Number(new URL(sip.uri).port || 443);
  const transports = [
    ...(tls === null ? [] : [{ transport: "tls", port: tls }]),
    { transport: "tcp", port: sip.port },
    { transport: "udp", port: sip.port },
  ];
  const lines = [
    `User: ${username}`,
    `Password: ${password}`,
    `Domain: ${domain}`,
    ...(host === domain ? [] : [`Server: ${host}`]),
    ...transports.map(({ transport, port }) => `${transport.toUpperCase()}: ${port}`),
  ];
  return { username, password, domain, server: host, transports, text: lines.join("\n") };
}
