/** Configuration files for door stations and gateways. Nobody has tried them on a device yet: the files say what they claim. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { DeviceFile } from "../../bridge/src/api/pairing.ts";
import { ha1Of } from "../../bridge/src/directory/names.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
});
afterEach(() => api.close());

const HARDWARE = readFileSync(join(import.meta.dirname, "../../docs/hardware.md"), "utf8");
const make = (model: string, accountIds: string[], more: object = {}) =>
  api.send("POST", "/api/device-files", { model, accountIds, ...more });
const gateway = async (label: string) =>
  (
    await api.send("POST", "/api/accounts", { siteId: house.site.id, type: "gateway", label })
  ).json<AccountWithPassword>();
/** Every key of the file, with account and line numbers as the page writes them. */
const keysOf = ({ content }: DeviceFile) =>
  [...content.matchAll(/^\s*<(P\d+)>|^(Config\S+) = /gm)].map(([, p, config]) => p ?? config ?? "");
const inPage = (key: string) => HARDWARE.includes(`\`${key.replace(/Account\d/, "Account1")}\``);

test("a door station's file holds its login, which is new, and TLS to the edge", async () => {
  const { account } = house.door;
  await api.send("PATCH", `/api/accounts/${account.id}`, {
    deviceInfo: { vendor: "Akuvox", model: "R20A", mac: "0C1105AABBCC", note: "" },
  });
  const reply = await make("akuvox-door", [account.id], { dtmfCode: "4711" });
  assert.equal(reply.status, 201, reply.text);
  const file = reply.json<DeviceFile>();
  assert.equal(file.fileName, "0C1105AABBCC.cfg");
  const value = (key: string) => new RegExp(`^${key.replaceAll(".", "\\.")} = (.*)\\r$`, "m").exec(file.content)?.[1];
  const password = value("Config.Account1.GENERAL.Pwd") ?? "";
  assert.notEqual(password, account.password);
  assert.equal(api.store.accounts.get(account.id)?.ha1, ha1Of(account.username, house.site.domain, password));
  assert.equal(value("Config.Account1.GENERAL.UserName"), "intercom-entrance");
  assert.equal(value("Config.Account1.SIP.TransType"), "2");
  assert.equal(value("Config.DoorSetting.DTMF.Code1"), "4711");
  assert.equal(value("Config.Account2.GENERAL.Enable"), undefined);
});

test("a gateway's file forwards each telephone line to its own account", async () => {
  const lines = [await gateway("Line 1"), await gateway("Line <2> & co")];
  const file = (
    await make(
      "grandstream-ht841",
      lines.map(({ id }) => id),
    )
  ).json<DeviceFile>();
  const value = (key: string) => new RegExp(`<${key}>([^<]*)</${key}>`).exec(file.content)?.[1];
  assert.deepEqual(
    [value("P4061"), value("P4062")],
    lines.map(({ username }) => username),
  );
  assert.deepEqual(
    [value("P3305"), value("P92829")],
    lines.map(({ username }) => username),
  );
  assert.equal(value("P4182"), "Line &lt;2&gt; &amp; co");
  assert.equal(value("P748"), "sip.example.com:8443");
  assert.match(value("P841") ?? "", /^f1=440/);
  assert.equal(value("P4063"), undefined);
});

test("the file is served once at its address", async () => {
  const file = (await make("akuvox-door", [house.door.account.id])).json<DeviceFile>();
  const token = file.url?.split("/d/")[1] ?? "";
  assert.equal(await api.documents.take("linphone", token, ""), null);
  assert.equal((await api.documents.take("file", token, "Akuvox"))?.content, file.content);
  assert.equal(await api.documents.take("file", token, "Akuvox"), null);
});

test("a file whose login has been removed since is not served", async () => {
  const { account } = house.door;
  const file = (await make("akuvox-door", [account.id])).json<DeviceFile>();
  assert.equal((await api.send("DELETE", `/api/accounts/${account.id}`)).status, 200);
  assert.equal(await api.documents.take("file", file.url?.split("/d/")[1] ?? "", "Akuvox"), null);
});

test("accounts of another kind, too many of them or one twice are refused and keep their passwords", async () => {
  const lines = await Promise.all(["1", "2", "3", "4", "5"].map(gateway));
  const before = JSON.stringify(api.store.accounts.list({}));
  const door = house.door.account.id;
  const first = lines[0]?.id ?? "";
  for (const [model, ids] of [
    ["akuvox-door", [first]],
    ["grandstream-ht841", [door]],
    ["grandstream-ht841", [first, first]],
    ["akuvox-door", [door, first]],
  ] as const) {
    assert.equal((await make(model, [...ids])).code, "DEVICE_FILE_ACCOUNTS");
  }
  assert.equal(
    (
      await make(
        "grandstream-ht841",
        lines.map(({ id }) => id),
      )
    ).code,
    "INVALID_REQUEST",
  );
  assert.equal(JSON.stringify(api.store.accounts.list({})), before);
});

test("docs/hardware.md explains every value of every file, and marks those that nobody has proved", async () => {
  const door = (await make("akuvox-door", [house.door.account.id], { dtmfCode: "4711" })).json<DeviceFile>();
  const lines = await Promise.all(["1", "2", "3", "4"].map(gateway));
  const box = (
    await make(
      "grandstream-ht841",
      lines.map(({ id }) => id),
    )
  ).json<DeviceFile>();
  for (const file of [door, box]) {
    assert.ok(keysOf(file).length > 15);
    for (const key of keysOf(file)) assert.ok(inPage(key), `${key} is not explained`);
    for (const key of file.unproved) {
      const row = HARDWARE.split("\n").find((line) => line.includes(`\`${key.replace(/Account\d/, "Account1")}\``));
      assert.match(row ?? "", /not proved/, key);
    }
  }
});

/** Labels that mean something in one of the two forms, and lines that would be settings of their own. */
const HOSTILE = [
  "Porte #2",
  "# Entrée",
  "a = b",
  "Config.Settings.GENERAL.DirectIP = 1",
  "</P4181><P2>admin</P2>",
  "]]>&amp;&#10;<!--",
  `"quoted" 'twice' \\n`,
  "🚪 door",
  "بوابة",
];

test("whatever a device is called, its file has the same settings, each once and on a line of its own", async () => {
  const [line1, line2] = await Promise.all(["1", "2"].map(gateway));
  const door = house.door.account;
  const files = async (label: string) => {
    for (const id of [door.id, line1?.id, line2?.id]) {
      const changed = await api.send("PATCH", `/api/accounts/${id}`, { label });
      assert.equal(changed.status, 200, changed.text);
    }
    const station = (await make("akuvox-door", [door.id], { dtmfCode: "4711" })).json<DeviceFile>();
    const box = (await make("grandstream-ht841", [line1?.id ?? "", line2?.id ?? ""])).json<DeviceFile>();
    return { station, box };
  };
  const plain = await files("Plain");
  const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
  for (const label of HOSTILE) {
    const { station, box } = await files(label);
    assert.ok(station.content.endsWith("\r\n"));
    const lines = station.content.trimEnd().split("\r\n");
    // `#` begins a comment only where a line begins with it, and the first `=` ends the key.
    const settings = lines.map(
      (line) => /^(Config(?:\.[A-Za-z0-9_]+){3}) = ([^\r\n]*)$/.exec(line)?.slice(1) ?? [line],
    );
    assert.deepEqual(
      settings.map(([key]) => key),
      keysOf(plain.station),
    );
    assert.equal(Object.fromEntries(settings)["Config.Account1.GENERAL.Label"], label);
    const values = [...box.content.matchAll(/^ {4}<(P\d+)>((?:[^<>&]|&(?:lt|gt|amp);)*)<\/\1>$/gm)];
    assert.deepEqual(
      values.map(([, key]) => key),
      keysOf(plain.box),
    );
    assert.equal(box.content.split("\n").length, values.length + 6);
    const told = values.find(([, key]) => key === "P4181")?.[2] ?? "";
    assert.equal(
      told.replace(/&(lt|gt|amp);/g, (entity) => entities[entity] ?? ""),
      label,
    );
  }
  for (const { content, fileName } of [plain.station, plain.box]) {
    const keys = keysOf({ content } as DeviceFile);
    assert.deepEqual(keys, [...new Set(keys)], `${fileName}: one is there twice`);
  }
});

test("docs/hardware.md explains no key that is in no file", async () => {
  const door = (await make("akuvox-door", [house.door.account.id], { dtmfCode: "4711" })).json<DeviceFile>();
  const lines = await Promise.all(["1", "2", "3", "4"].map(gateway));
  const ids = lines.map(({ id }) => id);
  const box = (await make("grandstream-ht841", ids)).json<DeviceFile>();
  const rows = HARDWARE.split("\n").filter((row) => row.startsWith("| `"));
  const explained = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(Config\.[^`]+|P\d+)`/g)].map(([, key]) => key),
  );
  assert.deepEqual(explained.toSorted(), [...new Set(explained)].toSorted(), "one is explained twice");
  assert.deepEqual(explained.toSorted(), [...keysOf(door), ...keysOf(box)].toSorted());
});
