/**
 * Bundles the panel: `node panel/build.ts` writes `panel/dist`. Two entries share their chunks: `standalone.js` for the
 * page that the bridge serves, `neolia-panel.js` for Home Assistant's panel list. `neolia-native-panel.js` stands alone:
 * it is copied into Home Assistant and loads the other from the app.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  const settings = {
    outdir: outFolder,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    tsconfig: join(panelFolder, "tsconfig.json"),
    logLevel: "warning",
  } as const;
  await build({
    ...settings,
    entryPoints: [join(panelFolder, "src/standalone.ts"), join(panelFolder, "src/neolia-panel.ts")],
    splitting: true,
    sourcemap: "linked",
    chunkNames: "chunk-[hash]",
  });
  await build({ ...settings, entryPoints: [join(panelFolder, "src/native/neolia-native-panel.ts")] });
  const page = readFileSync(join(panelFolder, "index.html"), "utf8");
  writeFileSync(join(outFolder, "index.html"), withDemo(page, options.demoUrl));
  for (const file of ["page.css", "icon.svg"]) cpSync(join(panelFolder, file), join(outFolder, file));
  return outFolder;
}

/** Bytes of the scripts that every browser loads, gzipped as it loads them; what is loaded on demand does not count. */
export function bundleGzipBytes(folder: string, entry = "standalone.js"): number {
  const loaded = new Set<string>();
  const load = (file: string): number => {
    if (loaded.has(file)) return 0;
    loaded.add(file);
    const script = readFileSync(join(folder, file), "utf8");
    // `import "./a.js"` and `… from "./a.js"`, but not `import("./a.js")`.
    const files = [...script.matchAll(/(?:\bimport|\bfrom)\s*"\.\/([^"]+)"/g)].map(([, name]) => name ?? "");
    return files.reduce((sum, name) => sum + load(name), gzipSync(script).length);
  };
  return load(entry);
}

function withDemo(page: string, demoUrl: string | undefined): string {
  if (demoUrl === undefined) return page;
  return page.replace("<title>", `<meta name="neolia-demo" content="${new URL(demoUrl).href}" />\n    <title>`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await buildPanel();
  console.log(`panel: ${folder}, ${(bundleGzipBytes(folder) / 1000).toFixed(1)} kB gzip`);
}
