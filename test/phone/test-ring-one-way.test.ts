/** A panel whose network lets UDP through one way only, or not at all: what its test ring says of it. */
import assert from "node:assert/strict";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { builtPanel } from "../lab/built.ts";
import { startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { TwoNetworks } from "../lab/two-networks.ts";

const SHOTS = process.env.NEOLIA_SHOTS;
const folder = labFolder("one-way");
const forwards: Server[] = [];
let ports: PortBlock;
let network: TwoNetworks;
let lab: Lab;
let browser: Browser;
let page: Page;

before(async () => {
  ports = await reservePorts();
  network = await TwoNetworks.start(ports.number, folder.path);
  const { server } = network;
  lab = await startLab({ serverAddress: server, bridgeEnv: { NEOLIA_PANEL: builtPanel() } });
  const { wssPort, certificateFile } = lab.edge.values;
  // The bridge serves its page on this machine alone, and knows its server by the name that the page uses.
  await forward(server, Number(new URL(lab.bridge.url).port), "127.0.0.1");
  await forward("127.0.0.1", wssPort, server);
  browser = await startChromium({
    ...{ certificateFile, hosts: ["localhost"], hostAddress: server, within: network.prefix },
  });
  ({ page } = await Panel.open(browser, lab, "401"));
  await page.getByRole("button", { name: "This panel" }).click();
  await page.getByRole("button", { name: "Sound, test and settings of this device" }).click();
});
after(async () => {
  await browser?.close();
  for (const one of forwards) one.close();
  await lab?.stop();
  await network?.stop();
  ports?.release();
  folder.remove();
});

async function forward(host: string, port: number, to: string): Promise<void> {
  const server = createServer((from) => {
    const there = connect({ host: to, port });
    from.pipe(there).pipe(from);
    from.on("error", () => there.destroy());
    there.on("error", () => from.destroy());
  });
  forwards.push(server);
  await new Promise<void>((resolve, reject) => server.on("error", reject).listen(port, host, resolve));
}

const WORKS = /works Answered after \d+ ms; sound went both ways/;
/** A browser whose checks come to nothing (RFC 8445) sends no sound at all. */
const NEITHER = /fails .* no sound went either way: this network lets no UDP through .* no relay helped/;

test("a network that blocks UDP one way is named, and no way that is open; where a relay helps it works", {
  timeout: 400_000,
}, async () => {
  for (const way of ["in", "out"] as const) network.blockUdp(way);
  assert.match(await rung(), WORKS, "over the relay");
  await lab.coturn.stop();
  network.unblockUdp("out");
  assert.match(await rung(), NEITHER, "nothing comes in");
  network.blockUdp("out");
  network.unblockUdp("in");
  assert.match(await rung(), NEITHER, "nothing gets out");
  if (SHOTS) await page.screenshot({ path: join(SHOTS, "test-ring-no-way-out.png"), fullPage: true });
  network.unblockUdp("out");
  assert.match(await rung(), WORKS, "nothing is blocked");
});

/** Runs the test of this device to its end, and returns what it says of the test ring. */
async function rung(): Promise<string> {
  await page.getByRole("button", { name: /Start the test|Test again/ }).click();
  await page.getByText("Do you hear the ringtone?").waitFor({ timeout: 90_000 });
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByRole("button", { name: "Test again" }).waitFor();
  return (await page.locator('[data-step="ring"]').innerText()).replace(/\s+/g, " ");
}
