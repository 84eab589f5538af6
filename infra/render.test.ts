import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { labValues } from "../test/lab/edge.ts";
import { labFolder } from "../test/lab/folder.ts";
import { checkEdgeValues, renderEdge } from "./render.ts";

const folder = labFolder("render");
after(() => folder.remove());
const values = labValues(folder.path, 20_000);

describe("rendering the edge", () => {
  test("leaves no placeholder and no old file behind", () => {
    const out = join(folder.path, "out");
    mkdirSync(join(out, "kamailio"), { recursive: true });
    writeFileSync(join(out, "kamailio", "stale.cfg"), "");
    renderEdge(values, out);
    assert.equal(existsSync(join(out, "kamailio", "stale.cfg")), false);
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 10);
    for (const file of files) {
      assert.doesNotMatch(readFileSync(join(file.parentPath, file.name), "utf8"), /\{\{/, file.name);
    }
  });

  test("opens the plain WebSocket port only where one is given", () => {
    const out = join(folder.path, "vps");
    const config = (plainWsPort: number | null): string => {
      renderEdge({ ...values, plainWsPort }, out);
      return readFileSync(join(out, "kamailio", "values.cfg"), "utf8");
    };
    assert.match(config(20_003), /^listen=tcp:127\.0\.0\.1:20003$/m);
    assert.doesNotMatch(config(null), /20003/);
  });

  for (const [what, wrong] of [
    ["a port out of range", { sipPort: 70_000 }],
    ["a port twice", { wssPort: values.sipPort }],
    ["a host name as address", { listenAddress: "sip.example.com" }],
    ["a short secret", { rpcSecret: "short" }],
    ["a quote in a secret", { nonceSecret: 'aaaaaaaaaaaaaaaa"; xlog("x")' }],
    ["a line break in a path", { dataFolder: "/var/lib/neolia\nlisten=udp:0.0.0.0" }],
    ["a relative path", { runFolder: "run" }],
    ["relays among the media ports", { turnRelayPortMin: values.mediaPortMax }],
    ["a value that nobody knows", { debug: 3 }],
    ["a missing value", { rpcPort: undefined }],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => checkEdgeValues({ ...values, ...wrong }), { name: "EdgeValueError" });
    });
  }

  test("refuses what is no object", () => {
    for (const input of [null, "x", 3]) assert.throws(() => checkEdgeValues(input), { name: "EdgeValueError" });
  });
});
