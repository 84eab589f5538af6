/** A page that is closed, or loses its account, in the middle of a call. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, openPanel, SITE_ID } from "./desk.ts";
import { onStage, stage } from "./stage.ts";

onStage();

test("a page that is closed between its answer and the caller's ACK hangs up at once, and the call is over everywhere", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.locator("neolia-home-view .status.good").waitFor();
  const { door } = stage;
  const rtp = await RtpPeer.open();
  const send = door.send.bind(door);
  const held: Parameters<typeof send>[0][] = [];
  door.send = (text) => (typeof text === "string" && text.startsWith("ACK ") ? void held.push(text) : send(text));
  try {
    const call = await door.call("unit401", { rtp });
    await page.locator("neolia-incoming-view button.go").click();
    assert.equal((await call.final).status, 200);
    const sinceClosed = startWatch();
    await page.close({ runBeforeUnload: false });
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.ok(sinceClosed.stop() < 2_000, `${Math.round(sinceClosed.stop())} ms`);
    assert.ok(held.length > 0, "the ACK was held back");
    for (const text of held) send(text);
    const last = await until(() => stage.edge.events().findLast(({ kind }) => kind === "ended"), { what: "the end" });
    assert.equal(last.endedBy, "callee");
    await until(async () => (await stage.edge.mediaSessions()) === 0, { what: "RTPEngine to forget the call" });
  } finally {
    door.send = send;
    rtp.close();
  }
});

test("a panel that loses its account while it rings refuses the call at once, and is registered no more", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.locator("neolia-home-view .status.good").waitFor();
  const call = await stage.door.call("unit401");
  await page.locator("neolia-incoming-view").waitFor();
  const { bridge } = stage.desk;
  const [device] = bridge.devices.values();
  bridge.devices.clear();
  bridge.push({ type: "directory", siteId: SITE_ID });
  assert.equal((await call.final).status, 480);
  await page.locator("neolia-setup-view").waitFor();
  const contact = ["location", `${device?.sip.username}@${DOMAIN}`];
  await until(
    () =>
      stage.edge.jsonRpc("ul.lookup", contact).then(
        () => false,
        () => true,
      ),
    { what: "no contact" },
  );
});
