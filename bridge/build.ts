/**
 * Bundles the bridge into `bridge/dist/main.js`: one file that starts in a fraction of the time of its sources and
 * needs only better-sqlite3 (native code) beside it.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const folder = import.meta.dirname;
const outfile = join(folder, "dist/main.js");

rmSync(join(folder, "dist"), { recursive: true, force: true });
const result = await build({
  entryPoints: [join(folder, "src/main.ts")],
  outfile,
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  sourcemap: "linked",
  external: ["better-sqlite3"],
  // CommonJS packages inside the bundle ask for Node's own modules through require.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  metafile: true,
  logLevel: "warning",
});
const bytes = Object.values(result.metafile.outputs).find((output) => output.entryPoint)?.bytes ?? 0;
console.log(`bridge/dist/main.js  ${Math.round(bytes / 1024)} kB`);
