/** Why the link to the broker is down. Foreign errors become one of these codes here, and nowhere else. */
export type MqttProblem =
  | "MQTT_NOT_CONFIGURED"
  | "MQTT_UNREACHABLE"
  | "MQTT_CERTIFICATE"
  /** User name or password refused, or the user may not connect. */
  | "MQTT_UNAUTHORIZED"
  /** A connection belongs to a site, and there is none yet. */
  | "MQTT_NO_SITE";

/** CONNACK return codes 4 and 5 (MQTT 3.1.1 section 3.2.2.3). */
const REFUSED: ReadonlySet<unknown> = new Set([4, 5]);
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_TLS_CERT|ERR_SSL_)/;

/** There is no broker to connect to. */
export class NoBroker extends Error {
  override readonly name = "NoBroker";
}

export function problemOf(error: unknown): MqttProblem {
  if (error instanceof NoBroker) return "MQTT_NOT_CONFIGURED";
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (REFUSED.has(code)) return "MQTT_UNAUTHORIZED";
  if (typeof code === "string" && CERTIFICATE.test(code)) return "MQTT_CERTIFICATE";
  return "MQTT_UNREACHABLE";
}
