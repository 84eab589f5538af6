/**
 * The app's first process: prepares /data as root, becomes the image's own user for good, then runs the bridge.
 * The Supervisor mounts /data as root and writes options.json there (mode 0600) before each start.
 */
import { prepareData } from "./data.ts";

const APP_USER = 1000;
const dataFolder = process.env.NEOLIA_DATA ?? "/data";

const isRoot = process.getuid?.() === 0;
prepareData(dataFolder, isRoot ? APP_USER : null);
if (isRoot) {
  process.setgroups?.([]);
  process.setgid?.(APP_USER);
  process.setuid?.(APP_USER);
}

// The build puts the bridge's bundle beside this file; it is looked for at run time.
const bridge = new URL("./main.js", import.meta.url).href;
await import(bridge);
