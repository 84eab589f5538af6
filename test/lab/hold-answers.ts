/** A slow link between a page and the bridge: changes arrive at once, their answers when the test lets them. */
import type { Page } from "playwright-core";

export interface HeldAnswers {
  /** How many changes the bridge was sent; of those that are held, how many it has answered. */
  readonly count: { passed: number };
  /** Lets all answers go, those to come as well. */
  release(): void;
}

/** Holds the bridge's answers to changes back. `path`: of the requests, a glob behind any folder. */
export async function holdAnswers(page: Page, path: string): Promise<HeldAnswers> {
  let isOpen = false;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const count = { passed: 0 };
  await page.route(`**/${path}`, async (route) => {
    const isChange = route.request().method() !== "GET";
    if (!isChange || isOpen) {
      if (isChange) count.passed += 1;
      await route.continue();
      return;
    }
    const response = await route.fetch();
    count.passed += 1;
    await opened;
    await route.fulfill({ response });
  });
  const release = (): void => {
    isOpen = true;
    open();
  };
  return { count, release };
}
