/** The microphone: what stands in its way, found before a visitor waits, and its stream for one call. */

export type MicrophoneProblem =
  /** A page on plain http has no `navigator.mediaDevices` at all. */
  | "insecure"
  /** The server's Permissions-Policy, or the frame around the page, forbids it. */
  | "policy"
  | "denied"
  | "missing"
  /** Another program, or a wake word, holds it. */
  | "busy";

export type MicrophoneState = { kind: "unknown" } | { kind: "ready" } | { kind: "problem"; problem: MicrophoneProblem };

interface FeaturePolicy {
  allowsFeature(name: string): boolean;
}

/** Looks without asking: no prompt, no red dot. `unknown` means the browser will ask at the first answer. */
export async function preflight(): Promise<MicrophoneState> {
  const blocked = blockedByPage();
  if (blocked !== null) return { kind: "problem", problem: blocked };
  const permission = await queryPermission();
  if (permission === "denied") return { kind: "problem", problem: "denied" };
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some((device) => device.kind === "audioinput")) return { kind: "problem", problem: "missing" };
  return permission === "granted" ? { kind: "ready" } : { kind: "unknown" };
}

/** Calls back when the permission or the plugged devices change. Returns its unsubscribe. */
export function watchMicrophone(onChange: () => void): () => void {
  const devices = navigator.mediaDevices;
  let permission: PermissionStatus | null = null;
  let stopped = false;
  devices?.addEventListener("devicechange", onChange);
  void permissionStatus().then((status) => {
    if (stopped || status === null) return;
    permission = status;
    status.addEventListener("change", onChange);
  });
  return () => {
    stopped = true;
    devices?.removeEventListener("devicechange", onChange);
    permission?.removeEventListener("change", onChange);
  };
}

export type OpenedMicrophone = { stream: MediaStream } | { problem: MicrophoneProblem };

/** Opens the microphone for a call; the caller stops its tracks. Asks the person if the browser wants that. */
export async function openMicrophone(): Promise<OpenedMicrophone> {
  const blocked = blockedByPage();
  if (blocked !== null) return { problem: blocked };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    return { stream };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** getUserMedia's error names (Media Capture and Streams, section 10.2) in our words. */
function problemOf(error: unknown): MicrophoneProblem {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    default:
      return "busy";
  }
}

function blockedByPage(): MicrophoneProblem | null {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) return "insecure";
  const policy = (document as Document & { featurePolicy?: FeaturePolicy }).featurePolicy;
  return policy !== undefined && !policy.allowsFeature("microphone") ? "policy" : null;
}

async function queryPermission(): Promise<PermissionState | null> {
  return (await permissionStatus())?.state ?? null;
}

/** null in browsers that do not let a page ask (Firefox until 2025, WebViews). */
async function permissionStatus(): Promise<PermissionStatus | null> {
  try {
    return await navigator.permissions.query({ name: "microphone" as PermissionName });
  } catch {
    return null;
  }
}
