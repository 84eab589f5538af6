/** A phone paired by its link, with the real Linphone, the real control and the real Kamailio; and what strangers get. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Account, AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { Pairing, PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import { findTone, readWav } from "../lab/audio.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { Linphone } from "../lab/linphone.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

const invite = () =>
  lab.api.post<PairingWithSecret>("/api/pairings", { kind: "phone", unitId: lab.unit("401").id, label: "Ana" });

interface Fetched {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  tookMs: number;
}
const APP = { "x-linphone-provisioning": "1", "user-agent": "LinphoneAndroid/6.0.1 (Pixel) LinphoneSDK/5.4" };

function fetch(url: string, headers: Record<string, string>, method = "GET"): Promise<Fetched> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const options = { method, headers, ca: readFileSync(lab.edge.caFile) };
    request(url, options, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () => {
        const tookMs = performance.now() - startedMs;
        const { statusCode = 0, headers: sent } = reply;
        resolve({ status: statusCode, headers: sent, text: Buffer.concat(chunks).toString(), tookMs });
      });
    })
      .on("error", reject)
      .end();
  });
}

const TALK_MS = 2_500;

const registered = async (accountId: string | null) => {
  const account = await lab.api.get<Account>(`/api/accounts/${accountId}`);
  return account.registration.state === "registered" ? account : null;
};

test("Linphone takes its link, registers over TLS, rings when the door calls, talks with it, and keeps no spent address", async () => {
  const pairing = await invite();
  const phone = new Linphone({
    folder: join(lab.folder, "linphone"),
    provisioningUrl: pairing.httpsUrl ?? "",
    caFile: lab.edge.caFile,
  });
  try {
    const account = await until(() => registered(pairing.accountId), { what: "the phone", timeoutMs: 60_000 });
    assert.match(account.registration.userAgent, /Linphone/);
    assert.equal(account.registration.transport, "tls");
    const used = await until(
      async () => {
        const list = await lab.api.get<Pairing[]>("/api/pairings");
        return list.find(({ id, state }) => id === pairing.id && state === "used");
      },
      { what: "the pairing to be used" },
    );
    assert.ok(used.usedAtMs !== null && used.usedAtMs < used.expiresAtMs);
    phone.command("codec list");
    await phone.says(/0: PCMA[\s\S]*1: PCMU/);
    const heardFile = join(lab.folder, "linphone-heard.wav");
    phone.useFiles(lab.toneFile(660), heardFile);
    const door = await lab.startDoorStation(lab.toneFile(440));
    await door.dial("unit401");
    await phone.says(/incoming call from/i);
    phone.command("answer");
    await door.waitFor("CALL_ESTABLISHED");
    // Linphone writes its file when the call is over: both sides listen for a while and are judged then.
    await delay(TALK_MS);
    await door.hangUp();
    await until(() => findTone(door.heard(), 660).found, { what: "the door to hear Linphone" });
    await phone.says(/ended/);
    assert.ok(findTone(readWav(heardFile), 440).found, "Linphone hears the door");
    await door.stop();
  } finally {
    await phone.stop();
  }
  const settings = phone.settings();
  assert.doesNotMatch(settings, /config-uri=https/);
  assert.match(settings, /^ha1=[0-9a-f]{32}$/m);
  assert.equal((await fetch(pairing.httpsUrl ?? "", APP)).status, 404);
});

test("another phone in the place of one: the old one stays in until the new one has the code, then the new one is in", async () => {
  const first = await invite();
  const start = ({ httpsUrl }: PairingWithSecret, folder: string) =>
    new Linphone({ folder: join(lab.folder, folder), provisioningUrl: httpsUrl ?? "", caFile: lab.edge.caFile });
  const contacts = async () => (await lab.contacts(username)).map(({ address }) => address);
  const { username } = await lab.api.get<Account>(`/api/accounts/${first.accountId}`);
  const phones = [start(first, "old-phone")];
  try {
    const [old] = await until(async () => ((await contacts()).length === 1 ? await contacts() : null), {
      what: "the old phone",
      timeoutMs: 60_000,
    });
    const renew = () =>
      lab.api.post<PairingWithSecret>("/api/pairings", {
        ...{ kind: "phone", unitId: lab.unit("401").id, label: "Ana", accountId: first.accountId },
      });
    const withdrawn = await renew();
    await lab.api.delete(`/api/pairings/${withdrawn.id}`);
    assert.equal((await fetch(withdrawn.httpsUrl ?? "", APP)).status, 404);
    const again = await renew();
    await lab.directoryLive();
    assert.deepEqual(await contacts(), [old], "a code logs nobody out");
    phones.push(start(again, "new-phone"));
    const isNew = async () => {
      const [one, ...more] = await contacts();
      return one !== undefined && one !== old && more.length === 0;
    };
    await until(isNew, { what: "the new phone alone", timeoutMs: 60_000 });
    // Who registered while the old phone was logged out would be swept away with it.
    const door = await lab.startDoorStation(lab.toneFile(440));
    await door.dial("unit401");
    await phones[1]?.says(/incoming call from/i);
    await door.hangUp();
    await door.stop();
  } finally {
    for (const phone of phones) await phone.stop();
  }
});

test("link previews, browsers and robots get a page and burn nothing; the app then gets its document, once", async () => {
  const { httpsUrl } = await invite();
  const url = httpsUrl ?? "";
  const others: Record<string, string>[] = [
    { "user-agent": "Mozilla/5.0 (iPhone)", accept: "text/html,application/xhtml+xml" },
    { "user-agent": "WhatsApp/2.23" },
    { "user-agent": "facebookexternalhit/1.1", accept: "*/*" },
    { "user-agent": "TelegramBot (like TwitterBot)" },
    { "user-agent": "Unknown", accept: "*/*" },
    { "user-agent": "curl/8.0", accept: "*/*" },
    {},
  ];
  for (const headers of others) {
    const page = await fetch(url, headers);
    assert.equal(page.status, 200);
    assert.match(page.text, new RegExp(`href="linphone-config:${url.replaceAll("?", "\\?")}"`));
    assert.doesNotMatch(page.text, /ha1|auth_info/);
    assert.doesNotMatch(page.text, /<script/);
  }
  assert.equal((await fetch(url, APP, "HEAD")).text, "");
  const unknown = `${url.slice(0, -43)}${"A".repeat(43)}`;
  const same = (text: string, own: string) => text.replaceAll(own, "");
  assert.equal(
    same((await fetch(unknown, {})).text, unknown.slice(-43)),
    same((await fetch(url, {})).text, url.slice(-43)),
    "the page tells nothing of the token",
  );
  const document = await fetch(url, APP);
  assert.equal(document.status, 200);
  assert.match(document.text, /<section name="auth_info_0">/);
  assert.equal(document.headers["cache-control"], "no-store");
  assert.equal((await fetch(url, APP)).status, 404);
});

test("wrong, used and withdrawn are the same answer, in the same time", async () => {
  const used = (await invite()).httpsUrl ?? "";
  await fetch(used, APP);
  const withdrawn = await invite();
  await lab.api.delete(`/api/pairings/${withdrawn.id}`);
  const base = used.slice(0, -43);
  const urls = { used, withdrawn: withdrawn.httpsUrl ?? "", wrong: `${base}${"B".repeat(43)}` };
  const replies = await Promise.all(Object.values(urls).map((url) => fetch(url, APP)));
  const [first] = replies;
  assert.equal(first?.status, 404);
  for (const { status, text, headers } of replies) {
    assert.deepEqual([status, text], [404, first?.text]);
    const { date: _date, ...rest } = headers;
    const { date: _firstDate, ...firstRest } = first?.headers ?? {};
    assert.deepEqual(rest, firstRest);
  }
  // Over TLS and on a busy machine only a difference in kind can be seen: a query, a wait.
  const quickest = [];
  for (const url of Object.values(urls)) {
    const times = [];
    for (let i = 0; i < 12; i++) times.push((await fetch(url, APP)).tookMs);
    quickest.push(Math.min(...times));
  }
  assert.ok(Math.max(...quickest) - Math.min(...quickest) < 25, quickest.join());
});

test("nothing of a token or a login is in control's log or on its disk", async () => {
  const { httpsUrl, accountId } = await invite();
  const token = (httpsUrl ?? "").slice(-43);
  await fetch(httpsUrl ?? "", {});
  await fetch(httpsUrl ?? "", APP);
  assert.equal(readFileSync(lab.control.logFile, "utf8").includes(token), false);
  assert.equal(readFileSync(join(lab.bridge.dataFolder, "neolia.db")).includes(token), false);
  assert.equal(lab.bridge.log().includes(token), false);
  assert.ok(await lab.api.get<Account>(`/api/accounts/${accountId}`));
});

test("an account that is made, renewed and removed is so on Kamailio in under a second", async () => {
  const account = { siteId: lab.house.site.id, type: "mobile", label: "Card", unitId: lab.unit("401").id };
  const soonLive = async <T>(edit: () => Promise<T>): Promise<T> => {
    const watch = startWatch();
    const reply = await edit();
    await lab.directoryLive();
    const tookMs = watch.stop();
    assert.ok(tookMs < 1_000, `${tookMs} ms`);
    return reply;
  };
  const made = await soonLive(() => lab.api.post<AccountWithPassword>("/api/accounts", account));
  const phone = await lab.startCard(made.card);
  await until(() => registered(made.id), { what: "the phone of the card" });
  // It would go on trying its old password, and Kamailio would take that for guessing.
  await phone.stop();
  const renewed = await soonLive(() => lab.api.post<AccountWithPassword>(`/api/accounts/${made.id}/password`, {}));
  await until(async () => (await lab.contacts(made.username)).length === 0, { what: "the old login to be out" });
  const again = await lab.startCard(renewed.card);
  await soonLive(() => lab.api.delete(`/api/accounts/${made.id}`));
  await until(async () => (await lab.contacts(made.username)).length === 0, { what: "the account to be out" });
  await again.stop();
});
