/** `node cli.ts --values FILE site add|renew|remove <domain> | site list`: who may use this VPS. */
import { join } from "node:path";
import { openDirectoryFile } from "./directory-file.ts";
import { readValues, valuesFile } from "./options.ts";
import { SiteStore } from "./site-store.ts";

const USAGE = `usage: cli.ts --values FILE site add <domain>
       cli.ts --values FILE site list
       cli.ts --values FILE site renew <domain> [--overlap MINUTES]
       cli.ts --values FILE site remove <domain>

renew prints a new token. The old one stops at once; with --overlap it is good for so long (at most 10080, a week), so
that the site does not lose its link before the new one is entered there.`;
const LONGEST_OVERLAP_MIN = 7 * 24 * 60;

function main(args: string[]): number {
  const file = valuesFile(args, process.env);
  const at = args.indexOf("--values");
  const words = at >= 0 ? args.toSpliced(at, 2) : args;
  const [noun, verb, domain, ...rest] = words;
  const overlapMin = verb === "renew" ? readOverlap(rest) : rest.length === 0 ? 0 : null;
  if (noun !== "site" || overlapMin === null) return usage();
  const db = openDirectoryFile(join(readValues(file).dataFolder, "directory.db"));
  try {
    return run(new SiteStore(db), verb, domain, overlapMin);
  } finally {
    db.close();
  }
}

/** Minutes of `--overlap`; null: malformed. */
function readOverlap([option, value, ...rest]: string[]): number | null {
  if (option === undefined) return 0;
  const minutes = option === "--overlap" && /^[0-9]{1,5}$/.test(value ?? "") ? Number(value) : Number.NaN;
  return rest.length === 0 && minutes >= 1 && minutes <= LONGEST_OVERLAP_MIN ? minutes : null;
}

function run(sites: SiteStore, verb: string | undefined, domain: string | undefined, overlapMin: number): number {
  if (verb === "add" && domain) {
    const { token } = sites.add(domain);
    process.stderr.write(`Site ${domain} added. Its token is shown this once; put it into the site's options:\n`);
    process.stdout.write(`${token}\n`);
    return 0;
  }
  if (verb === "list" && !domain) {
    for (const site of sites.list()) {
      const old = site.oldTokenUntilMs === 0 ? "" : `\told token until ${new Date(site.oldTokenUntilMs).toISOString()}`;
      process.stdout.write(`${site.domain}\trevision ${site.revision}\t${site.accounts} accounts${old}\n`);
    }
    return 0;
  }
  if (verb === "renew" && domain) {
    const token = sites.renew(domain, overlapMin * 60_000);
    const old = overlapMin === 0 ? "stopped now" : `stops in ${overlapMin} min`;
    process.stderr.write(
      `Site ${domain} has a new token, shown this once; the old one ${old}. Enter it at the site:\n`,
    );
    process.stdout.write(`${token}\n`);
    return 0;
  }
  if (verb === "remove" && domain) {
    const { accounts } = sites.remove(domain);
    process.stderr.write(`Site ${domain} removed; its ${accounts} accounts are being logged out.\n`);
    return 0;
  }
  return usage();
}

function usage(): number {
  process.stderr.write(`${USAGE}\n`);
  return 2;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
