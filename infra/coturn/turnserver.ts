/** coturn's configuration from the site values. Rendered anew by setup_coturn.sh and by the lab; never edited. */
import type { EdgeValues } from "../values.ts";

export type CoturnValues = Pick<
  EdgeValues,
  | "advertisedAddress"
  | "listenAddress"
  | "turnPort"
  | "turnRelayPortMin"
  | "turnRelayPortMax"
  | "turnSecret"
  | "dataFolder"
  | "runFolder"
>;

/** The text of turnserver.conf. It holds the shared secret: write it with mode 0600. */
export function renderCoturn(values: CoturnValues): string {
  const { advertisedAddress, listenAddress, turnPort, turnRelayPortMin, turnRelayPortMax, turnSecret } = values;
  for (const text of [advertisedAddress, listenAddress, turnSecret, values.dataFolder, values.runFolder]) {
    if (!/^[\x21-\x7e]+$/.test(text)) throw new Error("a value for coturn is empty or has blanks in it");
  }
  const behindNat = advertisedAddress !== listenAddress;
  const mediaAddresses = behindNat ? [advertisedAddress, listenAddress] : [listenAddress];
  const lines = [
    "# Rendered from the site values; do not edit. What each line is for: infra/coturn/README.md",
    `listening-ip=${listenAddress}`,
    `listening-port=${turnPort}`,
    // An IPv4 relay address alone: a permission for an IPv6 peer is refused whatever the ranges below say.
    `relay-ip=${listenAddress}`,
    ...(behindNat ? [`external-ip=${advertisedAddress}/${listenAddress}`] : []),
    `min-port=${turnRelayPortMin}`,
    `max-port=${turnRelayPortMax}`,
    "",
    "# Who may use it: logins that control mints, good for half an hour each.",
    "fingerprint",
    "use-auth-secret",
    `static-auth-secret=${turnSecret}`,
    "realm=neolia",
    "stale-nonce=600",
    "max-allocate-lifetime=3600",
    "user-quota=8",
    "total-quota=200",
    "",
    "# Where it leads to: RTPEngine on this host and nowhere else. An allowed address wins over a denied range. The IPv6",
    "# range starts at ::1, because coturn 4.6 takes one from :: on as all of IPv4 too.",
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    "denied-peer-ip=::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ...mediaAddresses.map((address) => `allowed-peer-ip=${address}`),
    // Only the lab has its media on loopback; coturn refuses such peers without being told twice.
    ...(listenAddress.startsWith("127.") ? ["allow-loopback-peers"] : []),
    "no-multicast-peers",
    "no-tcp-relay",
    "",
    "# What is not needed: TLS (RTPEngine's media is encrypted end to end by DTLS), the telnet console, the version string.",
    "no-tls",
    "no-dtls",
    "no-cli",
    "no-software-attribute",
    "",
    `userdb=${values.dataFolder}/turn.db`,
    `pidfile=${values.runFolder}/turnserver.pid`,
    "log-file=stdout",
    "simple-log",
  ];
  return `${lines.join("\n")}\n`;
}
