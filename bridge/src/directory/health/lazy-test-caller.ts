import type { TestCaller } from "./test-rings.ts";

/** A caller that is loaded with the first test: a house that tests nothing pays nothing for it. */
export function lazyTestCaller(load: () => Promise<(TestCaller & { stop(): void }) | null>) {
  let loaded: ReturnType<typeof load> | null = null;
  return {
    caller: (): Promise<TestCaller | null> => {
      loaded ??= load();
      return loaded;
    },
    stop: async (): Promise<void> => {
      (await loaded?.catch(() => null))?.stop();
    },
  };
}
