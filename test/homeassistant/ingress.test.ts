import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser } from "playwright-core";
import { WebSocket } from "ws";
import { around } from "../lab/around.ts";
import { startChromium } from "../lab/chromium.ts";
import { openAs } from "./browser.ts";
import { CoreSocket } from "./core-socket.ts";
import { type Seen, startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import type { Person } from "./onboarding.ts";
import { rawRequest } from "./raw-request.ts";

/** A panel made outside ingress, as panel_custom has it: gets a session over hass.callWS, then speaks to the app. */
const NATIVE_PANEL = `
class LabPanel extends HTMLElement {
  set hass(hass) { this.current = hass; this.started ??= this.start(); }
  async start() {
    const slug = this.panel.config.app_slug;
    let how = "new", session, url;
    try {
      ({ session } = await this.current.callWS({ type: "supervisor/ingress/session", slug }));
      ({ ingress_url: url } = await this.current.callWS({ type: "supervisor/ingress/info", slug }));
    } catch {
      how = "old";
      const api = (endpoint, method) => this.current.callWS({ type: "supervisor/api", endpoint, method });
      ({ session } = await api("/ingress/session", "post"));
      ({ ingress_url: url } = await api("/addons/" + slug + "/info", "get"));
    }
    document.cookie = "ingress_session=" + session + ";path=/api/hassio_ingress/;SameSite=Strict";
    const { headers } = await (await fetch(url + "echo", { credentials: "same-origin" })).json();
    this.textContent = "Hello " + headers["x-remote-user-display-name"] + " by the " + how + " way";
  }
}
customElements.define("lab-panel", LabPanel);
`;

let home: Home;
let browser: Browser;

around(
  async () => {
    home = await Home.start({
      startApp: startEchoApp,
      files: { "www/lab-panel.js": NATIVE_PANEL },
      configuration: `panel_custom:
  - name: lab-panel
    url_path: lab
    sidebar_title: Lab
    sidebar_icon: mdi:flask
    module_url: /local/lab-panel.js
    config:
      app_slug: local_neolia
`,
    });
    browser = await startChromium();
  },
  async () => {
    await browser?.close();
    await home?.stop();
  },
);

/** A session for a person, made over Core as the frontend makes it, and what it opens. */
async function ingressOf(person: Person): Promise<{ url: string; cookie: string; session: string }> {
  const socket = await CoreSocket.open(home.core.url, person.tokens.access_token);
  const slug = home.supervisor.slug;
  const { session } = await socket.command<{ session: string }>("supervisor/ingress/session", { slug });
  const { ingress_url: path } = await socket.command<{ ingress_url: string }>("supervisor/ingress/info", { slug });
  socket.close();
  return { url: `${home.core.url}${path}`, cookie: `ingress_session=${session}`, session };
}

async function echo(person: Person, headers: Record<string, string> = {}): Promise<Seen> {
  const { url, cookie } = await ingressOf(person);
  const { status, text } = await rawRequest({ url: `${url}echo?page=1`, headers: { cookie, ...headers } });
  assert.equal(status, 200);
  return JSON.parse(text) as Seen;
}

test("owner and residents reach the app through Core, each under their own user id", async () => {
  for (const person of [home.owner, home.rosa, home.sam]) {
    const { headers, url } = await echo(person);
    assert.equal(headers["x-remote-user-id"], person.id);
    assert.equal(headers["x-remote-user-display-name"], person.name);
    assert.equal(headers["x-hass-source"], "core.ingress");
    assert.equal(`${headers["x-ingress-path"]}/`, home.supervisor.ingressUrl);
    assert.equal(url, "/echo?page=1");
  }
});

test("a user id that the browser sends itself never reaches the app under the Supervisor's own name for it", async () => {
  const { headers } = await echo(home.rosa, { "X-Remote-User-Id": home.owner.id, "X-Supervisor-Token": "stolen" });
  assert.equal(headers["x-remote-user-id"], home.rosa.id);
  assert.equal(headers["x-supervisor-token"], undefined);
  // In small letters it does, beside the real one: the app must not believe it (intruders.test.ts).
  const small = await echo(home.rosa, { "x-remote-user-id": home.owner.id });
  assert.equal(small.headers["x-remote-user-id"], `${home.rosa.id}, ${home.owner.id}`);
});

test("without a session, or with one that has ended, nothing reaches the app", async () => {
  const { url, cookie } = await ingressOf(home.rosa);
  assert.equal((await fetch(`${url}echo`)).status, 401);
  home.supervisor.ingress.forgetSessions();
  assert.equal((await fetch(`${url}echo`, { headers: { cookie } })).status, 401);
});

test("bodies and the app's own status pass in both directions, and a path that looks like an attack is a 400", async () => {
  const { url, cookie } = await ingressOf(home.sam);
  const body = JSON.stringify({ text: "é".repeat(100_000) });
  const reply = await fetch(`${url}echo`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body,
  });
  assert.equal(((await reply.json()) as Seen).body, body);
  assert.equal((await fetch(`${url}echo?next=/a/b`, { headers: { cookie } })).status, 400);
});

test("a WebSocket through Core carries the user's id and messages both ways, with its subprotocol", async () => {
  const { url, cookie } = await ingressOf(home.rosa);
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}ws`, ["neolia"], { headers: { cookie } });
  const messages: string[] = [];
  const echoed = new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      messages.push(String(data));
      if (messages.length === 1) socket.send("ring");
      else resolve();
    });
  });
  await echoed;
  socket.close();
  assert.equal(socket.protocol, "neolia");
  assert.equal((JSON.parse(messages[0] ?? "{}") as Record<string, string>)["x-remote-user-id"], home.rosa.id);
  assert.equal(messages[1], "echo ring");
});

test("while Core cannot name its users a session carries no user id at all", async () => {
  const { core, ownerToken, supervisor } = home;
  supervisor.connectCore({ url: core.url, token: "no longer valid" });
  try {
    const { headers } = await echo(home.owner);
    assert.equal(headers["x-remote-user-id"], undefined);
  } finally {
    supervisor.connectCore({ url: core.url, token: ownerToken });
  }
});

test("a resident may open the app but not ask the Supervisor anything else", async () => {
  const socket = await CoreSocket.open(home.core.url, home.rosa.tokens.access_token);
  const api = (endpoint: string) => socket.command("supervisor/api", { endpoint, method: "get" });
  const info = (await api(`/addons/${home.supervisor.slug}/info`)) as Record<string, unknown>;
  assert.equal(info.ingress_url, home.supervisor.ingressUrl);
  assert.equal("options" in info, false);
  await assert.rejects(api("/addons"), /unauthorized/);
  await assert.rejects(socket.command("config/auth/list"), /unauthorized/);
  socket.close();
});

test("the older way to a session, which native panels fall back to, works for a resident as well", async () => {
  const socket = await CoreSocket.open(home.core.url, home.sam.tokens.access_token);
  const api = (endpoint: string, method: string, data?: object) =>
    socket.command("supervisor/api", { endpoint, method, ...(data ? { data } : {}) });
  const { session } = (await api("/ingress/session", "post")) as { session: string };
  await api("/ingress/validate_session", "post", { session });
  const url = `${home.core.url}${home.supervisor.ingressUrl}echo`;
  const reply = await fetch(url, { headers: { cookie: `ingress_session=${session}` } });
  assert.equal(((await reply.json()) as Seen).headers["x-remote-user-id"], home.sam.id);
  home.supervisor.ingress.forgetSessions();
  await assert.rejects(api("/ingress/validate_session", "post", { session }));
  socket.close();
});

test("the sidebar shows Neolia to a resident, and the page in it knows who they are", async () => {
  const page = await openAs(browser, home.core, home.rosa, `/app/${home.supervisor.slug}`);
  await page.frameLocator("iframe").getByText("Hello Rosa Resident").waitFor();
  await page.locator("ha-sidebar").getByText("Neolia").waitFor();
  if (process.env.NEOLIA_KEEP === "1") await page.screenshot({ path: `${home.folder}/sidebar.png` });
  await page.context().close();
});

test("a native panel gets into the app by a session of its own, as a resident, by the new commands", async () => {
  const page = await openAs(browser, home.core, home.sam, "/lab");
  await page.getByText("Hello Sam Resident by the new way").waitFor();
  await page.context().close();
});

test("after a restart of Core a resident's sidebar entry and session are back", async () => {
  await home.restartCore();
  const page = await openAs(browser, home.core, home.rosa, `/app/${home.supervisor.slug}`);
  await page.frameLocator("iframe").getByText("Hello Rosa Resident").waitFor();
  await page.context().close();
});
