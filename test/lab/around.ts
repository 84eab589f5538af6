import { after, before } from "node:test";

/**
 * `before` and `after` of a whole file, for what must be stopped. On its own the runner calls `after` while `before` is
 * still busy when no test fits the name pattern: what `before` then started would keep the file from ending.
 */
export function around(start: () => Promise<void>, stop: () => void | Promise<void>): void {
  let started: Promise<unknown> = Promise.resolve();
  before(async () => {
    const starting = start();
    started = starting.catch(() => {});
    await starting;
  });
  after(async () => {
    await started;
    await stop();
  });
}
