/** One SIP login as it goes into a device's own configuration. */
export interface DeviceLogin {
  username: string;
  password: string;
  domain: string;
  label: string;
  /** Host and TLS port of the SIP edge. */
  host: string;
  tlsPort: number;
}

/** A setting of a device: its key, its value, and whether anybody has seen it work on the device. */
export interface Setting {
  key: string;
  value: string;
  proved: boolean;
}
