/** The host of this page: found once, because phone and model live as long as the page, whatever elements come and go. */
import type { Hass, Host } from "./host.ts";
import { IngressHost } from "./ingress-host.ts";
import { NativeHost, type NativeProperties } from "./native-host.ts";
import { StandaloneHost } from "./standalone-host.ts";

let host: Host | null = null;

/** `properties`: what Home Assistant has set on the element; `hass` is missing where the element stands in our own page. */
export function thisHost(properties: Partial<NativeProperties>): Host {
  const { hass } = properties;
  if (hass !== undefined) return nativeHost(hass, properties);
  host ??= location.pathname.startsWith("/api/hassio_ingress/") ? new IngressHost() : new StandaloneHost();
  return host;
}

function nativeHost(hass: Hass, { narrow = false, route = null, panel = null }: Partial<NativeProperties>): Host {
  if (host instanceof NativeHost) host.take({ hass, narrow, route, panel });
  else host = new NativeHost({ hass, narrow, route, panel });
  return host;
}
