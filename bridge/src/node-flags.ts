/**
 * How Node is started wherever the bridge runs: the lab (tests, bench, demo) takes this list, and a test keeps the
 * app's image equal to it.
 *
 * `--optimize-for-size`: V8 keeps 1 MB instead of 16 MB for new objects and grows its heap in smaller steps; code is
 * compiled as before. Idle with all links: 101 MB without, 95 MB with `--max-semi-space-size=1`, 90 MB with this.
 */
export const NODE_FLAGS: readonly string[] = ["--optimize-for-size"];

/**
 * glibc keeps freed memory for each thread apart; with one arena for all of Node's threads idle takes 4 MB less, and
 * 1.5 MB less when what is free at its end goes back at once. The app's image has musl, which knows neither.
 */
export const NODE_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_TRIM_THRESHOLD_: "131072",
  MALLOC_TOP_PAD_: "0",
};
