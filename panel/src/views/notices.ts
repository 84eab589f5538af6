/** What a person should know and can do something about, most urgent first; one plain sentence each. */
import { type Key, type Localizer, unitLabel } from "../localize/localize.ts";
import type { PanelState } from "../model.ts";
import type { ConnectionProblem, ConnectionState } from "../phone/connection-machine.ts";
import { isRegistered, type PhoneState } from "../phone/phone-state.ts";
import { nameOf } from "./names.ts";

export interface Notice {
  /** Stable: tells one notice from another across renders. */
  id: string;
  text: string;
  /** What a button beside it does. */
  action?: "ask-microphone" | "call-back" | "dismiss" | "reload" | "ring-again";
  button?: string;
}

const CONNECTION_TEXT: Record<ConnectionProblem, Key> = {
  unreachable: "phone.unreachable",
  refused: "phone.refused",
  credentials: "phone.credentials",
  "no-reply": "phone.noReply",
};

const ERROR_TEXT: Record<string, Key> = {
  UNREACHABLE: "error.UNREACHABLE",
  FORBIDDEN: "error.FORBIDDEN",
  CONFLICT: "error.CONFLICT",
  PAIRING_INVALID: "error.PAIRING_INVALID",
  TOO_MANY_ATTEMPTS: "error.TOO_MANY_ATTEMPTS",
};

export function noticesOf(state: PanelState, t: Localizer): Notice[] {
  const notices: Notice[] = [];
  if (state.outdated) {
    notices.push({ id: "outdated", text: t("link.outdated"), action: "reload", button: t("link.reload") });
  }
  if (isQuiet(state)) {
    notices.push({ id: "do-not-disturb", text: t("quiet.notice"), action: "ring-again", button: t("quiet.end") });
  }
  if (state.live.up === false) notices.push({ id: "bridge", text: t("link.bridge") });
  notices.push(...interruptedNotice(state, t), ...phoneNotices(state.phone, t), ...serverNotices(state, t));
  const dismiss = { action: "dismiss", button: t("call.close") } as const;
  if (state.pairing !== null) notices.push({ id: "pairing", text: pairingText(state.pairing, state, t), ...dismiss });
  if (state.problem !== null) notices.push({ id: "problem", text: errorText(state.problem, t), ...dismiss });
  return notices;
}

/** At a device that is set up: the link changed nothing. */
function pairingText(code: string, { device }: PanelState, t: Localizer): string {
  if (code !== "ALREADY_PAIRED" || !device) return errorText(code, t);
  return t("claim.already", { unit: unitLabel(t, device.unitNumber) });
}

export function errorText(code: string, t: Localizer): string {
  const key = ERROR_TEXT[code];
  return key === undefined ? t("error.other", { code }) : t(key);
}

/** Whether this device's unit does not want to be disturbed. */
export function isQuiet({ directory, device }: PanelState): boolean {
  return directory?.units.find(({ id }) => id === device?.unitId)?.doNotDisturb === true;
}

function interruptedNotice(state: PanelState, t: Localizer): Notice[] {
  const { interrupted, connection } = state.phone;
  if (interrupted === null) return [];
  const text = t("call.interrupted", { name: nameOf(interrupted.peer, state, t) });
  return [
    {
      id: "interrupted",
      text,
      ...(isRegistered(connection) && { action: "call-back", button: t("call.callBack") }),
    },
  ];
}

/** The short state in the header, when no sentence is due. */
export function phoneStatus({ phone, ...state }: PanelState): { key: Key; good: boolean } {
  if (isQuiet({ phone, ...state })) return { key: "quiet.status", good: false };
  if (isRegistered(phone.connection)) return { key: "phone.ready", good: true };
  return { key: phone.connection.phase === "off" ? "phone.off" : "phone.connecting", good: false };
}

/** A first failure may be over in a second: the sentence comes with the second one. */
function connectionKey(connection: ConnectionState): Key | null {
  switch (connection.phase) {
    case "off":
    case "registered":
    case "probing":
      return null;
    case "connecting":
    case "registering":
    case "waiting":
      if (connection.problem === null) return null;
      return connection.attempt > 0 ? CONNECTION_TEXT[connection.problem] : null;
  }
}

function phoneNotices(phone: PhoneState, t: Localizer): Notice[] {
  const notices: Notice[] = [];
  if (phone.role === "follower") notices.push({ id: "follower", text: t("phone.follower") });
  const connection = connectionKey(phone.connection);
  if (connection !== null) notices.push({ id: "connection", text: t(connection) });
  if (phone.microphone.kind === "problem") {
    const { problem } = phone.microphone;
    notices.push({
      id: `microphone-${problem}`,
      text: t(`microphone.${problem}`),
      action: "ask-microphone",
      button: t("microphone.tryAgain"),
    });
  } else if (phone.microphone.kind === "unknown" && phone.role === "leader") {
    notices.push({
      id: "microphone-ask",
      text: t("microphone.ask"),
      action: "ask-microphone",
      button: t("microphone.askButton"),
    });
  }
  return notices;
}

/** A resident hears of what a call needs in every house, and in words of a resident. */
function partsNotices(parts: string[], role: PanelState["role"], t: Localizer): Notice[] {
  if (role === "admin") return [{ id: "parts", text: t("link.partsDown", { parts: parts.join(", ") }) }];
  const needed = parts.some((part) => part === "kamailio" || part === "rtpengine");
  return needed ? [{ id: "parts", text: t("link.partsDownResident") }] : [];
}

function serverNotices(state: PanelState, t: Localizer): Notice[] {
  const live = state.live.state;
  if (live === null || state.live.up === false) return [];
  switch (live.vps.link) {
    case "down":
      return [{ id: "vps", text: t("link.vpsDown") }];
    case "connecting":
      return [{ id: "vps", text: t("link.vpsConnecting") }];
    case "not-configured":
      return [{ id: "vps", text: t(state.role === "admin" ? "link.vpsMissing" : "link.vpsMissingResident") }];
    case "up":
      if (live.vps.partsDown.length > 0) return partsNotices(live.vps.partsDown, state.role, t);
      return live.provisioning.some((site) => site.problem !== null)
        ? [{ id: "provisioning", text: t("link.provisioning") }]
        : [];
  }
}
