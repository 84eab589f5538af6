/** Which IP addresses are in the house: private ones (RFC 1918, RFC 4193, RFC 6598), link-local ones and this machine. */
import { BlockList, isIP } from "node:net";

const house = new BlockList();
for (const [network, prefix] of [
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  house.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  house.addSubnet(network, prefix, "ipv6");
}

/** `address`: IPv4 or IPv6; also an IPv6 one that holds an IPv4 one. */
export function isHouseAddress(address: string): boolean {
  return house.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** True for an IP address outside of the house; a name has to be looked up first. `host` as URL.hostname gives it. */
export function isForeignAddress(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  return isIP(address) !== 0 && !isHouseAddress(address);
}
