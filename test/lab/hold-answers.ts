/** A slow link between a page and the bridge: changes arrive at once, their answers when the test lets them. */
import type { Page } from "playwright-core";

export interface HeldAnswers {
  /** How many changes the bridge has answered. */
  readonly count: { passed: number };
  /** Lets all answers go, those to come as well. */
  release(): void;
}

/** Holds the bridge's answers to changes back. `path`: of the requests, a glob behind any folder. */
export async function holdAnswers(page: Page, path: string): Promise<HeldAnswers> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const count = { passed: 0 };
  await page.route(`**/${path}`, async (route) => {
    if (route.request().method() === "GET") {
      await route.continue();
      return;
    }
    const response = await route.fetch();
    count.passed += 1;
    await released;
    await route.fulfill({ response });
  });
  return { count, release };
}
