/** A process of its own for `site-clock.ts`: `zone-program <zone> <year>` prints the zone's offsets as JSON, then ends. */
import { zoneOffsets } from "./zone-offsets.ts";

const [zone = "", year = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(zoneOffsets(zone, Number(year))));
