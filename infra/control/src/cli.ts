/** `node cli.ts --values FILE site add <domain> | site list | site remove <domain>`: who may use this VPS. */
import { join } from "node:path";
import { openDirectoryFile } from "./directory-file.ts";
import { readValues, valuesFile } from "./options.ts";
import { SiteStore } from "./site-store.ts";

const USAGE = `usage: cli.ts --values FILE site add <domain>
       cli.ts --values FILE site list
       cli.ts --values FILE site remove <domain>`;

function main(args: string[]): number {
  const file = valuesFile(args, process.env);
  const at = args.indexOf("--values");
  const words = at >= 0 ? args.toSpliced(at, 2) : args;
  const [noun, verb, domain, ...rest] = words;
  if (noun !== "site" || rest.length > 0) return usage();
  const db = openDirectoryFile(join(readValues(file).dataFolder, "directory.db"));
  try {
    return run(new SiteStore(db), verb, domain);
  } finally {
    db.close();
  }
}

function run(sites: SiteStore, verb: string | undefined, domain: string | undefined): number {
  if (verb === "add" && domain) {
    const { token } = sites.add(domain);
    process.stderr.write(`Site ${domain} added. Its token is shown this once; put it into the site's options:\n`);
    process.stdout.write(`${token}\n`);
    return 0;
  }
  if (verb === "list" && !domain) {
    for (const site of sites.list()) {
      process.stdout.write(`${site.domain}\trevision ${site.revision}\t${site.accounts} accounts\n`);
    }
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
