/** Hostile texts in every query and every path of every route that has them, by the table of routes itself. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deskRequests, makeDesk } from "../ordering/desk-requests.ts";
import { type TestApp, testApp } from "./app.ts";
import { assertCleanError, TEXTS } from "./hostile.ts";
import { type House, makeHouse } from "./house.ts";
import { type GoodRequest, goodRequests } from "./requests.ts";

let api: TestApp;
let house: House;
let requests: GoodRequest[];

before(async () => {
  api = await testApp();
  house = await makeHouse(api);
  const rule = api.store.rules.list({ unitId: house.unit402.id })[0];
  requests = [...deskRequests(await makeDesk(api, house)), ...goodRequests(house, rule?.id ?? "", api.token)];
});
after(() => api.close());

const everything = () =>
  JSON.stringify([
    api.store.sites.list(),
    api.store.units.list({}),
    api.store.accounts.list({}),
    api.store.rules.list({}),
    api.store.members.list(),
  ]);

/** As a browser would, or a script that does not care: half a character is no UTF-8. */
const encoded = (text: string): string => (text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80");

const queriesOf = ({ method, route }: GoodRequest): string[] =>
  Object.keys(api.routes.find((entry) => entry.method === method && entry.url === route)?.query?.properties ?? {});

test("the routes that take a query are among those that are tried", () => {
  const tried = new Set(requests.map(({ method, route }) => `${method} ${route}`));
  const missing = api.routes
    .filter(({ query }) => query !== undefined)
    .map(({ method, url }) => `${method} ${url}`)
    .filter((line) => !tried.has(line) && !line.endsWith("/ws"));
  assert.deepEqual(missing, []);
});

for (const [name, text] of Object.entries(TEXTS)) {
  test(`in every field of every query: ${name}`, async () => {
    const was = everything();
    for (const request of requests) {
      for (const field of queriesOf(request)) {
        const [path = "", query = ""] = request.url.split("?");
        const parts = query.split("&").filter((part) => part !== "" && !part.startsWith(`${field}=`));
        const url = `${path}?${[...parts, `${field}=${encoded(text)}`].join("&")}`;
        const reply = await api.send(request.method, url, request.body);
        if (reply.status >= 300) assertCleanError(reply, `${request.method} ${url.slice(0, 200)}`, [400, 404]);
        else assert.equal(reply.headers["set-cookie"], undefined, url);
        for (const value of Object.values(reply.headers)) {
          assert.doesNotMatch(String(value), /[\r\n\0]|evil|alert\(1\)/, `${request.method} ${url.slice(0, 200)}`);
        }
      }
    }
    assert.equal(everything(), was);
  });

  test(`in place of every id in every path: ${name}`, async () => {
    const was = everything();
    for (const { method, route, url, body } of requests) {
      const parts = route.split("/");
      const ids = (url.split("?")[0] ?? "").split("/");
      for (const [at, part] of parts.entries()) {
        if (!part.startsWith(":")) continue;
        const hostile = ids.with(at, encoded(text) === "" ? "%20" : encoded(text)).join("/");
        const reply = await api.send(method, hostile, body);
        assertCleanError(reply, `${method} ${hostile.slice(0, 200)}`, [400, 404]);
      }
    }
    assert.equal(everything(), was);
  });
}
