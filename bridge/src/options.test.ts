import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { labFolder } from "../../test/lab/folder.ts";
import { missingParts, OptionsError, readOptions } from "./options.ts";

let lab: ReturnType<typeof labFolder>;
beforeEach(() => {
  lab = labFolder("options");
});
afterEach(() => lab.remove());

const read = (env: Record<string, string> = {}) => readOptions({ NEOLIA_DATA: lab.path, ...env });
const problems = (env: Record<string, string>): readonly string[] => {
  try {
    read(env);
  } catch (error) {
    assert.ok(error instanceof OptionsError, String(error));
    return error.problems;
  }
  return [];
};
const CONTROL = { NEOLIA_CONTROL_URL: "https://sip.example.com:8444", NEOLIA_SITE_TOKEN: "t1" };

test("without any setting the bridge runs alone and says what it misses", () => {
  const options = read();
  assert.deepEqual([options.port, options.control, options.mqtt, options.sipUri], [8099, [], null, null]);
  assert.deepEqual(
    missingParts({ ...options, mqtt: options.mqtt !== null }).map((sentence) => sentence.split(" (")[0]),
    ["No VPS is configured", "No SIP address is configured", "No MQTT broker is configured"],
  );
});

test("by itself it serves this machine only; as an app the Supervisor's network, and believes its fixed address", () => {
  assert.deepEqual([read().host, read().home], ["127.0.0.1", null]);
  const { host, home } = read({ SUPERVISOR_TOKEN: "t" });
  assert.deepEqual([host, home], ["0.0.0.0", { token: "t", url: "http://supervisor", address: "172.30.32.2" }]);
});

test("whom it believes cannot be chosen in the app's options", () => {
  const file = join(lab.path, "options.json");
  writeFileSync(file, JSON.stringify({ supervisor_address: "192.0.2.1", supervisor_url: "http://192.0.2.1" }));
  const { home } = read({ SUPERVISOR_TOKEN: "t" });
  rmSync(file);
  assert.deepEqual(home, { token: "t", url: "http://supervisor", address: "172.30.32.2" });
});

test("the app's options.json and the environment have the same names, and the environment comes first", () => {
  writeFileSync(
    join(lab.path, "options.json"),
    JSON.stringify({ control_url: "https://a.example.com", site_token: "t1 t2", mqtt_url: "", port: 1234 }),
  );
  const options = read({ NEOLIA_PORT: "4321" });
  assert.equal(options.port, 4321);
  assert.deepEqual(
    options.control.map(({ url, token }) => [url, token]),
    [
      ["https://a.example.com/", "t1"],
      ["https://a.example.com/", "t2"],
    ],
  );
  assert.equal(options.mqtt, null);
});

test("the audit log is kept for a year, or for as many days as are asked for", () => {
  assert.deepEqual([read().auditDays, read({ NEOLIA_AUDIT_DAYS: "30" }).auditDays], [365, 30]);
  for (const wrong of ["0", "4000", "1.5", "a year"]) {
    assert.deepEqual(problems({ NEOLIA_AUDIT_DAYS: wrong }), ["audit_days must be a number from 1 to 3650."]);
  }
});

test("every problem is told at once, in one sentence each", () => {
  assert.deepEqual(
    problems({ NEOLIA_PORT: "0", NEOLIA_LOG_LEVEL: "loud", NEOLIA_CONTROL_URL: "ftp://x", NEOLIA_CA_FILE: "/nowhere" }),
    [
      "port must be a number from 1 to 65535.",
      "log_level must be one of trace, debug, info, warn, error, fatal.",
      "control_url must be an address that starts with https://.",
      "ca_file /nowhere is not a readable PEM certificate.",
    ],
  );
});

test("an address of the broker that is none is told with both that may be", () => {
  const [problem] = problems({ NEOLIA_MQTT_URL: "http://192.0.2.1" });
  assert.equal(problem, "mqtt_url must be an address that starts with mqtt:// or mqtts://.");
});

test("nothing leaves this machine unencrypted but MQTT in the house", () => {
  assert.equal(problems({ ...CONTROL, NEOLIA_CONTROL_URL: "http://sip.example.com" }).length, 1);
  assert.equal(problems({ NEOLIA_SIP_URI: "ws://sip.example.com" }).length, 1);
  assert.deepEqual(problems({ ...CONTROL, NEOLIA_CONTROL_URL: "http://127.0.0.1:1" }), []);
  assert.deepEqual(problems({ NEOLIA_SIP_URI: "ws://localhost:1", NEOLIA_MQTT_URL: "mqtt://192.0.2.1" }), []);
});

test("a password in an address is refused without being repeated", () => {
  const [problem] = problems({ NEOLIA_MQTT_URL: "mqtt://user:hush@192.0.2.1" });
  assert.equal(problem, "mqtt_url must not contain a user or a password.");
});

test("a token without an address and a broken options.json are told", () => {
  assert.deepEqual(problems({ NEOLIA_SITE_TOKEN: "t" }), [
    "site_token needs a control_url: the address of the VPS's control.",
  ]);
  writeFileSync(join(lab.path, "options.json"), "{");
  assert.match(problems({})[0] ?? "", /options\.json cannot be read/);
});
