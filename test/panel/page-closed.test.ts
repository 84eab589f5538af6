/** A page that is closed in the moment of the answer, before the caller's ACK has come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";
import { openPanel } from "./desk.ts";
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
    const closedAtMs = performance.now();
    await page.close({ runBeforeUnload: false });
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.ok(performance.now() - closedAtMs < 2_000, `${Math.round(performance.now() - closedAtMs)} ms`);
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
