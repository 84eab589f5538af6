/**
 * Bundles the panel: `node panel/build.ts` writes `panel/dist`. Two entries share one chunk: `standalone.js` for the
 * page that the bridge serves, `neolia-panel.js` for Home Assistant's panel list.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const panelFolder = fileURLToPath(new URL(".", import.meta.url));

export interface PanelBuild {
  /** Where to write; made anew. Default: panel/dist. */
  outFolder?: string;
  /** The page gets one button that sends `POST <demoUrl>`. Default: none. */
  demoUrl?: string;
}

/** Builds and returns the folder. */
export async function buildPanel(options: PanelBuild = {}): Promise<string> {
  const outFolder = options.outFolder ?? join(panelFolder, "dist");
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(outFolder, { recursive: true });
  await build({
    entryPoints: [join(panelFolder, "src/standalone.ts"), join(panelFolder, "src/neolia-panel.ts")],
    outdir: outFolder,
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022"],
    minify: true,
    sourcemap: "linked",
    legalComments: "none",
    tsconfig: join(panelFolder, "tsconfig.json"),
    chunkNames: "chunk-[hash]",
    logLevel: "warning",
  });
  const page = readFileSync(join(panelFolder, "index.html"), "utf8");
  writeFileSync(join(outFolder, "index.html"), withDemo(page, options.demoUrl));
  for (const file of ["page.css", "icon.svg"]) cpSync(join(panelFolder, file), join(outFolder, file));
  return outFolder;
}

/** Bytes of the scripts that a browser loads, gzipped as it loads them. */
export function bundleGzipBytes(folder: string): number {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".js"))
    .reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
}

function withDemo(page: string, demoUrl: string | undefined): string {
  if (demoUrl === undefined) return page;
  return page.replace("<title>", `<meta name="neolia-demo" content="${new URL(demoUrl).href}" />\n    <title>`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await buildPanel();
  console.log(`panel: ${folder}, ${(bundleGzipBytes(folder) / 1000).toFixed(1)} kB gzip`);
}
