/** `GET /addons/<slug>/info` made from addon/config.yaml: every field, since Core refuses an answer that lacks one. */

export interface Manifest {
  name: string;
  version: string;
  slug: string;
  description: string;
  url: string;
  arch: string[];
  homeassistant: string;
  stage: string;
  panel_icon: string;
  panel_admin: boolean;
  options: Record<string, unknown>;
  services: string[];
}

export type AppInfo = ReturnType<typeof appInfo>;

export function appInfo(manifest: Manifest, slug: string, ingressToken: string, options: Record<string, unknown>) {
  const { name, version, description, url, arch, homeassistant, stage, panel_icon, panel_admin, services } = manifest;
  return {
    name,
    slug,
    version,
    version_latest: version,
    description,
    long_description: null,
    url,
    arch,
    homeassistant,
    stage,
    panel_icon,
    panel_admin,
    services,
    options: { ...manifest.options, ...options },
    schema: [],
    advanced: false,
    apparmor: "profile",
    audio: false,
    audio_input: null,
    audio_output: null,
    auth_api: false,
    auto_update: false,
    available: true,
    boot: "auto",
    boot_config: "auto",
    build: false,
    changelog: true,
    detached: false,
    devices: [],
    devicetree: false,
    discovery: [],
    dns: [],
    docker_api: false,
    documentation: true,
    full_access: false,
    gpio: false,
    hassio_api: false,
    hassio_role: "default",
    homeassistant_api: true,
    host_dbus: false,
    host_ipc: false,
    host_network: false,
    host_pid: false,
    host_uts: false,
    hostname: slug.replaceAll("_", "-"),
    icon: true,
    ingress: true,
    ingress_entry: "",
    ingress_panel: false,
    ingress_port: 8099,
    ingress_url: `/api/hassio_ingress/${ingressToken}/`,
    ip_address: "172.30.33.2",
    kernel_modules: false,
    logo: true,
    machine: [],
    network: null,
    network_description: null,
    privileged: [],
    protected: true,
    rating: 8,
    repository: "local",
    signed: false,
    startup: "application",
    state: "started",
    stdin: false,
    system_managed: false,
    system_managed_config_entry: null,
    translations: {},
    uart: false,
    udev: false,
    update_available: false,
    usb: false,
    video: false,
    watchdog: false,
    webui: null,
  };
}
