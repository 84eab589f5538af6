/**
 * Linphone's remote provisioning (https://wiki.linphone.org, "Remote Provisioning"): the whole account, so that the
 * phone is ready when it has read it. The login is an HA1: no password is in it.
 */
import type { TurnCredentials } from "../../../../infra/control/src/wire.ts";

export interface LinphoneAccount {
  username: string;
  domain: string;
  ha1: string;
  label: string;
  /** Host and TLS port of the SIP edge. */
  host: string;
  tlsPort: number;
  turn: TurnCredentials | null;
}

type Section = [name: string, entries: Record<string, string | number>];

/** Kamailio's registrar gives 60 to 900 s. */
const EXPIRES_S = 600;
/** Narrow-band speech is what every door station has; nothing else gets through to a telephone. */
const CODECS = [
  { mime: "PCMA", rate: 8000 },
  { mime: "PCMU", rate: 8000 },
];

export function linphoneConfig(account: LinphoneAccount): string {
  const sections = [...base(), ...login(account), ...nat(account.turn), ...codecs()];
  const lines = sections.flatMap(([name, entries]) => [
    `  <section name="${name}">`,
    ...Object.entries(entries).map(
      ([key, value]) => `    <entry name="${key}" overwrite="true">${escaped(String(value))}</entry>`,
    ),
    "  </section>",
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">',
    ...lines,
    "</config>",
    "",
  ].join("\n");
}

function base(): Section[] {
  return [
    // The address works once: an app that asked there again at each start would find nothing.
    ["misc", { "config-uri": "", add_missing_audio_codecs: 0 }],
    [
      "sip",
      { default_proxy: 0, media_encryption: "none", verify_server_certs: 1, verify_server_cn: 1, use_rfc2833: 1 },
    ],
    ["video", { enabled: 0, capture: 0, display: 0, automatically_initiate: 0, automatically_accept: 0 }],
  ];
}

function login({ username, domain, ha1, label, host, tlsPort, turn }: LinphoneAccount): Section[] {
  const server = `<sip:${host}:${tlsPort};transport=tls>`;
  return [
    [
      "proxy_0",
      {
        reg_proxy: server,
        reg_route: server,
        reg_identity: `"${label.replace(/["\\]/g, "")}" <sip:${username}@${domain}>`,
        realm: domain,
        reg_expires: EXPIRES_S,
        reg_sendregister: 1,
        publish: 0,
        avpf: 0,
        ...(turn && { nat_policy_ref: "neolia" }),
      },
    ],
    ["auth_info_0", { username, domain, realm: domain, ha1, algorithm: "MD5" }],
  ];
}

function nat(turn: TurnCredentials | null): Section[] {
  const address = /^turns?:([^?]+)/.exec(turn?.urls[0] ?? "")?.[1];
  if (!turn || address === undefined) return [];
  return [
    [
      "nat_policy_0",
      { ref: "neolia", stun_server: address, stun_server_username: turn.username, protocols: "stun,turn,ice" },
    ],
    ["auth_info_1", { username: turn.username, passwd: turn.credential }],
  ];
}

function codecs(): Section[] {
  return CODECS.map(({ mime, rate }, at) => [`audio_codec_${at}`, { mime, rate, channels: 1, enabled: 1 }]);
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
