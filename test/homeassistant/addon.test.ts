import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { FINISH_MS } from "../../bridge/src/telephony.ts";
import { type RatedManifest, securityRating } from "./security-rating.ts";

interface Manifest extends RatedManifest {
  name: string;
  slug: string;
  version: string;
  image: string;
  arch: string[];
  timeout: number;
  url: string;
  homeassistant: string;
  panel_admin: boolean;
  services: string[];
  options: Record<string, unknown>;
  schema: Record<string, string>;
  backup_exclude: string[];
  map?: unknown;
  ports?: unknown;
}

interface Translation {
  configuration: Record<string, { name: string; description: string }>;
}

const root = join(import.meta.dirname, "../..");
const addon = join(root, "addon");
const text = (name: string) => readFileSync(join(addon, name), "utf8");
const manifest = parse(text("config.yaml")) as Manifest;
const languages = ["en", "fr"];
const translation = (language: string) => parse(text(`translations/${language}.yaml`)) as Translation;

/** Defaults by the Supervisor's schema: the app linter refuses a key that repeats one. */
const DEFAULTS: Record<string, unknown> = {
  startup: "application",
  boot: "auto",
  init: true,
  advanced: false,
  stage: "stable",
  ingress: false,
  ingress_port: 8099,
  ingress_entry: "/",
  ingress_stream: false,
  panel_icon: "mdi:puzzle",
  panel_title: "Neolia",
  panel_admin: true,
  host_network: false,
  host_pid: false,
  host_ipc: false,
  host_uts: false,
  host_dbus: false,
  udev: false,
  tmpfs: false,
  map: [],
  apparmor: true,
  full_access: false,
  audio: false,
  video: false,
  gpio: false,
  usb: false,
  uart: false,
  devicetree: false,
  kernel_modules: false,
  realtime: false,
  hassio_api: false,
  hassio_role: "default",
  homeassistant_api: false,
  stdin: false,
  legacy: false,
  docker_api: false,
  auth_api: false,
  backup: "hot",
  timeout: 10,
  journald: false,
  ulimits: {},
  breaking_versions: [],
};

/** Keys of the Supervisor's schema without a default (supervisor/apps/validate.py, 2026.08). It drops all others without a word. */
const OTHER_KEYS = [
  ...[
    "name",
    "version",
    "slug",
    "description",
    "arch",
    "machine",
    "url",
    "image",
    "homeassistant",
    "watchdog",
    "webui",
  ],
  ...["ports", "ports_description", "devices", "environment", "privileged", "services", "discovery"],
  ...["backup_exclude", "backup_pre", "backup_post", "options", "schema"],
];
/** A field of the options form (supervisor/apps/options.py). */
const FIELD = /^(bool|email|url|port|(str|password|int|float)(\(-?[\d.]*,-?[\d.]*\))?|match\(.*\)|list\(.+\))\??$/;

test("every key of config.yaml is one that the Supervisor knows, in the form that it takes", () => {
  const known = new Set([...Object.keys(DEFAULTS), ...OTHER_KEYS]);
  assert.deepEqual(
    Object.keys(manifest).filter((key) => !known.has(key)),
    [],
  );
  assert.match(manifest.slug, /^[-_.A-Za-z0-9]+$/);
  assert.ok(URL.canParse(manifest.url));
  assert.match(manifest.homeassistant, /^\d{4}\.\d+\.\d+$/);
  for (const service of manifest.services) assert.match(service, /^(mqtt|mysql):(provide|want|need)$/);
  for (const [option, type] of Object.entries(manifest.schema)) assert.match(type, FIELD, option);
  for (const option of Object.keys(manifest.options)) assert.ok(option in manifest.schema, option);
});

test("the security rating is 8, the best there is", () => {
  assert.equal(securityRating(manifest, existsSync(join(addon, "apparmor.txt"))), 8);
});

test("the rating notices what would make the app less secure", () => {
  assert.equal(securityRating(manifest, false), 7);
  assert.equal(securityRating({ ...manifest, host_network: true }, true), 7);
  assert.equal(securityRating({ ...manifest, ingress: false }, true), 6);
  assert.equal(securityRating({ ...manifest, privileged: ["NET_ADMIN"], hassio_role: "admin" }, true), 5);
  assert.equal(securityRating({ ...manifest, docker_api: true }, true), 1);
});

test("the app asks for no folder of the host and opens no port", () => {
  assert.equal(manifest.map, undefined);
  assert.equal(manifest.ports, undefined);
  assert.equal(manifest.privileged, undefined);
});

test("residents may open the page, and the broker is asked for but not required", () => {
  assert.equal(manifest.ingress, true);
  assert.equal(manifest.panel_admin, false);
  assert.deepEqual(manifest.services, ["mqtt:want"]);
});

test("only the two architectures that Home Assistant still builds for are offered, under one image name", () => {
  assert.deepEqual(manifest.arch, ["aarch64", "amd64"]);
  assert.match(manifest.image, /^[a-z0-9.-]+(\/[a-z0-9._-]+)+$/);
});

test("addon/config.yaml is the only file in the repository that the Supervisor would take for an app", () => {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root })
    .toString()
    .split("\n");
  assert.deepEqual(
    files.filter((file) => /(^|\/)config\.(ya?ml|json)$/.test(file)),
    ["addon/config.yaml"],
  );
});

test("no key of config.yaml only repeats its default", () => {
  for (const [key, value] of Object.entries(manifest)) {
    if (key in DEFAULTS) assert.notDeepEqual(value, DEFAULTS[key], key);
  }
});

test("every option is translated in each language, and nothing else is", () => {
  for (const language of languages) {
    const { configuration } = translation(language);
    assert.deepEqual(Object.keys(configuration), Object.keys(manifest.schema), language);
    for (const [option, words] of Object.entries(configuration)) {
      assert.ok(words.name.length > 0 && words.description.length > 0, `${language} ${option}`);
    }
  }
});

test("there is a translation file for each language and none besides", () => {
  assert.deepEqual(readdirSync(join(addon, "translations")).sort(), languages.map((name) => `${name}.yaml`).sort());
});

test("every option is documented in DOCS.md under its own heading, in order", () => {
  const documented = [...text("DOCS.md").matchAll(/^### Option: `(\w+)`$/gm)].map((match) => match[1]);
  assert.deepEqual(documented, Object.keys(manifest.schema));
});

test("every option is optional or has a default, so that the app starts right after its installation", () => {
  for (const [option, type] of Object.entries(manifest.schema)) {
    assert.ok(type.endsWith("?") || option in manifest.options, option);
  }
});

test("a stop leaves room for the calls that the bridge lets finish, and for itself", () => {
  assert.ok(manifest.timeout * 1_000 >= FINISH_MS + 15_000);
  // The Supervisor takes no more.
  assert.ok(manifest.timeout <= 300);
});

test("secrets are password fields, which are hidden in the form", () => {
  for (const [option, type] of Object.entries(manifest.schema)) {
    if (/token|password|secret/.test(option)) assert.match(type, /^password/, option);
  }
});

test("the version is the package's, and the changelog begins with it", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  assert.equal(manifest.version, version);
  assert.equal(/^## (\S+)/m.exec(text("CHANGELOG.md"))?.[1], version);
});

test("the icon is 128 by 128 and the logo 250 by 100", () => {
  assert.deepEqual(pngSize("icon.png"), { width: 128, height: 128 });
  assert.deepEqual(pngSize("logo.png"), { width: 250, height: 100 });
});

test("the AppArmor profile is one, named like the app", () => {
  const names = [...text("apparmor.txt").matchAll(/^profile (\S+)/gm)].map((match) => match[1]);
  assert.deepEqual(names, [manifest.slug]);
});

test("AppArmor's own parser takes the profile, and would refuse a broken one", () => {
  // -Q: without the kernel, -T and -K: without a cache.
  const parse = (profile: string) => spawnSync("/sbin/apparmor_parser", ["-QTK"], { input: profile, encoding: "utf8" });
  const { status, stderr } = parse(text("apparmor.txt"));
  assert.equal(status, 0, stderr);
  assert.notEqual(parse(text("apparmor.txt").replace("/data/** rwk,", "/data/** rwkq,")).status, 0);
});

test("the image runs the Node version of package.json, pinned to its bytes", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: { node: string };
  };
  const images = [...text("Dockerfile").matchAll(/^ARG NODE_IMAGE=(\S+)$/gm)].map((match) => match[1] ?? "");
  assert.equal(images.length, 1);
  assert.match(images[0] ?? "", /^node:[0-9.]+-alpine[0-9.]+@sha256:[0-9a-f]{64}$/);
  assert.ok(images[0]?.startsWith(`node:${dependencies.node}-`), images[0]);
});

function pngSize(name: string): { width: number; height: number } {
  const png = readFileSync(join(addon, name));
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
