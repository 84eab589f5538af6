import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { labFolder } from "../../../test/lab/folder.ts";
import { until } from "../../../test/lab/until.ts";
import type { CoreConnection } from "./core.ts";
import { homeLanguage } from "./home-language.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Core as far as its language goes. */
function coreWith(config: () => unknown) {
  let up = async (_connection: CoreConnection): Promise<void> => undefined;
  let tell = (): void => undefined;
  const connection = {
    command: async () => config(),
    subscribeEvents: async (_type: string, listener: () => void) => {
      tell = listener;
    },
  } as unknown as CoreConnection;
  return {
    core: {
      onUp: (listener: (connection: CoreConnection) => Promise<void>) => {
        up = listener;
        return () => undefined;
      },
    },
    connect: async () => up(connection),
    change: () => tell(),
  };
}

test("the language is Core's, follows it, and is remembered while Core is away", async (t) => {
  const folder = labFolder("home-language");
  t.after(() => folder.remove());
  const file = join(folder.path, "home-language");
  let language: unknown = "fr-CA";
  const { core, connect, change } = coreWith(() => ({ language }));
  const heard: string[] = [];
  const known = homeLanguage({ core, file, log });
  known.onChange(() => heard.push(known.current()));
  assert.equal(known.current(), "en");
  await connect();
  assert.deepEqual(heard, ["fr-CA"]);
  assert.equal(homeLanguage({ core, file, log }).current(), "fr-CA");
  language = "de";
  change();
  await until(() => known.current() === "de", { what: "the new language" });
  await connect();
  assert.deepEqual(heard, ["fr-CA", "de"]);
});

test("what is no language, or a refusal, changes nothing and breaks no connection", async (t) => {
  const folder = labFolder("home-language");
  t.after(() => folder.remove());
  const file = join(folder.path, "home-language");
  for (const answer of [{}, { language: null }, { language: "../../etc" }, { language: "" }, { language: 7 }]) {
    const { core, connect } = coreWith(() => answer);
    const known = homeLanguage({ core, file, log });
    await connect();
    assert.equal(known.current(), "en");
  }
  const { core, connect } = coreWith(() => {
    throw new Error("Core refused");
  });
  const known = homeLanguage({ core, file, log });
  await connect();
  assert.equal(known.current(), "en");
});
