/** Home Assistant's security rating of an app, computed from its manifest by the Supervisor's published rules. */

export interface RatedManifest {
  ingress?: boolean;
  auth_api?: boolean;
  apparmor?: boolean;
  privileged?: string[];
  kernel_modules?: boolean;
  hassio_role?: string;
  host_network?: boolean;
  host_pid?: boolean;
  host_uts?: boolean;
  docker_api?: boolean;
  full_access?: boolean;
}

const RISKY_CAPABILITIES = [
  "BPF",
  "CHECKPOINT_RESTORE",
  "DAC_READ_SEARCH",
  "NET_ADMIN",
  "NET_RAW",
  "PERFMON",
  "SYS_ADMIN",
  "SYS_MODULE",
  "SYS_PTRACE",
  "SYS_RAWIO",
];

/**
 * 1 (worst) to 8 (best), as supervisor/apps/utils.py rates since 2025.11. The point for signed images is not given to
 * anyone at present.
 * @param ownProfile whether the app brings an apparmor.txt
 */
export function securityRating(manifest: RatedManifest, ownProfile: boolean): number {
  if (manifest.docker_api || manifest.full_access) return 1;
  const privileged = manifest.privileged ?? [];
  let rating = 5;
  if (manifest.apparmor === false) rating -= 1;
  else if (ownProfile) rating += 1;
  if (manifest.ingress) rating += 2;
  else if (manifest.auth_api) rating += 1;
  if (manifest.kernel_modules || privileged.some((name) => RISKY_CAPABILITIES.includes(name))) rating -= 1;
  if (manifest.hassio_role === "manager") rating -= 1;
  if (manifest.hassio_role === "admin") rating -= 2;
  if (manifest.host_network) rating -= 1;
  if (manifest.host_pid) rating -= 2;
  if (manifest.host_uts && privileged.includes("SYS_ADMIN")) rating -= 1;
  return Math.min(8, Math.max(1, rating));
}
