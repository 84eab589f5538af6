/** `node backup.js make|drop`: what config.yaml names as backup_pre and backup_post. */
import { dropBackupCopy, makeBackupCopy } from "./data.ts";

const folder = process.env.NEOLIA_DATA ?? "/data";
const [command] = process.argv.slice(2);
if (command === "make") makeBackupCopy(folder);
else if (command === "drop") dropBackupCopy(folder);
else {
  console.error("usage: backup.js make|drop");
  process.exitCode = 2;
}
