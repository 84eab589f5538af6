/** A name or an address of IPv4 or IPv6. */
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^(?=.*:.*:)[0-9A-Fa-f][0-9A-Fa-f:.]{0,44}[0-9A-Fa-f]$/;

/** As people write a printer's address: "192.0.2.9", "printer.local", "192.0.2.9:9101", "[2001:db8::9]:9101". null: it is none. */
export function printerOf(text: string, port: number): { host: string; port: number } | null {
  const [, bracketed, plain, written] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain ?? text.trim();
  const found = Number(written ?? port);
  return HOST.test(host) && found >= 1 && found <= 65_535 ? { host, port: found } : null;
}
