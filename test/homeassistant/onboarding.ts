/** Onboards a fresh Core and makes people in it, as the frontend would, over Core's own HTTP and WebSocket APIs. */
import { randomBytes } from "node:crypto";
import type { HomeAssistantCore } from "../lab/homeassistant-core.ts";
import { CoreSocket } from "./core-socket.ts";

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

export interface Person {
  id: string;
  name: string;
  username: string;
  tokens: Tokens;
}

/** Makes the owner, which is all that is left of the onboarding. */
export async function onboard(core: HomeAssistantCore, name = "Olivia Owner"): Promise<Person> {
  const username = name.split(" ")[0]?.toLowerCase() ?? "owner";
  const clientId = `${core.url}/`;
  const { auth_code: code } = await post<{ auth_code: string }>(core, "/api/onboarding/users", {
    client_id: clientId,
    name,
    username,
    password: passwordOf(username),
    language: "en",
  });
  const tokens = await tokensFor(core, code);
  const socket = await CoreSocket.open(core.url, tokens.access_token);
  const { id } = await socket.command<{ id: string }>("auth/current_user");
  socket.close();
  return { id, name, username, tokens };
}

/** A token of the owner's that outlives restarts of Core. */
export async function longLivedToken(core: HomeAssistantCore, owner: Person): Promise<string> {
  const socket = await CoreSocket.open(core.url, owner.tokens.access_token);
  const token = await socket.command<string>("auth/long_lived_access_token", { client_name: "tests", lifespan: 1 });
  socket.close();
  return token;
}

/** Makes a user with a password and logs in. Residents are plain users, `administrator` makes an admin. */
export async function addPerson(
  core: HomeAssistantCore,
  ownerToken: string,
  name: string,
  administrator = false,
): Promise<Person> {
  const username = name.split(" ")[0]?.toLowerCase() ?? "";
  const socket = await CoreSocket.open(core.url, ownerToken);
  const { user } = await socket.command<{ user: { id: string } }>("config/auth/create", {
    name,
    group_ids: [administrator ? "system-admin" : "system-users"],
    local_only: false,
  });
  await socket.command("config/auth_provider/homeassistant/create", {
    user_id: user.id,
    username,
    password: passwordOf(username),
  });
  socket.close();
  return { id: user.id, name, username, tokens: await logIn(core, username) };
}

/** What the frontend keeps in localStorage under `hassTokens`; set before the page loads, the browser is logged in. */
export function browserTokens(core: { url: string }, tokens: Tokens): string {
  const expires = Date.now() + tokens.expires_in * 1000;
  return JSON.stringify({ ...tokens, expires, hassUrl: core.url, clientId: `${core.url}/` });
}

async function logIn(core: HomeAssistantCore, username: string): Promise<Tokens> {
  const clientId = `${core.url}/`;
  const { flow_id: flow } = await post<{ flow_id: string }>(core, "/auth/login_flow", {
    client_id: clientId,
    handler: ["homeassistant", null],
    redirect_uri: clientId,
  });
  const { result } = await post<{ result: string }>(core, `/auth/login_flow/${flow}`, {
    client_id: clientId,
    username,
    password: passwordOf(username),
  });
  return await tokensFor(core, result);
}

async function tokensFor(core: HomeAssistantCore, code: string): Promise<Tokens> {
  const form = new URLSearchParams({ grant_type: "authorization_code", code, client_id: `${core.url}/` });
  const reply = await fetch(`${core.url}/auth/token`, { method: "POST", body: form });
  if (!reply.ok) throw new Error(`Core gave no token: ${reply.status}`);
  return (await reply.json()) as Tokens;
}

/** Sends JSON to Core; throws with Core's answer when it refuses. */
export async function post<Reply>(
  core: HomeAssistantCore,
  path: string,
  body: object,
  bearer?: string,
): Promise<Reply> {
  const reply = await fetch(`${core.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  return (await reply.json()) as Reply;
}

const SECRET = randomBytes(6).toString("base64url");

/** The password that somebody of the lab logs in with; another one in each run. */
export function passwordOf(username: string): string {
  return `${username}-${SECRET}`;
}

/** Adds the MQTT integration by its config flow, as a person would; with a login if the broker asks for one. */
export async function addMqtt(
  core: HomeAssistantCore,
  ownerToken: string,
  port: number,
  login: { username: string; password: string } | null = null,
): Promise<void> {
  const flows = "/api/config/config_entries/flow";
  const { flow_id: flow } = await post<{ flow_id: string }>(core, flows, { handler: "mqtt" }, ownerToken);
  await post(core, `${flows}/${flow}`, { next_step_id: "broker" }, ownerToken);
  const { type, errors } = await post<{ type: string; errors?: { base?: string } | null }>(
    core,
    `${flows}/${flow}`,
    {
      broker: "127.0.0.1",
      port,
      ...login,
      protocol: "5",
      other_settings: { set_client_cert: false, set_ca_cert: "off", transport: "tcp" },
    },
    ownerToken,
  );
  if (type !== "create_entry") throw new Error(`the MQTT config flow ended with ${type} ${errors?.base ?? ""}`);
}

/** Starts the MQTT integration anew, as Core does by itself half a minute after an entity was switched on. */
export async function reloadMqtt(core: HomeAssistantCore, ownerToken: string): Promise<void> {
  const socket = await CoreSocket.open(core.url, ownerToken);
  const [entry] = await socket.command<{ entry_id: string }[]>("config_entries/get", { domain: "mqtt" });
  socket.close();
  await post(core, `/api/config/config_entries/entry/${entry?.entry_id}/reload`, {}, ownerToken);
}
