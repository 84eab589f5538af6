/** Whether an address means another machine on each device that opens it, so that no code may carry it to one. */
export function isOnlyHere(address: string | null): boolean {
  if (address === null || !URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname.endsWith(".localhost") || /^127\.|^\[::1\]$/.test(hostname);
}
