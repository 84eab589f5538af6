/**
 * Bundles the bridge into `bridge/dist/main.js`: one file that starts in a fraction of the time of its sources and
 * needs only better-sqlite3 (native code) beside it.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const folder = import.meta.dirname;
const outfile = join(folder, "dist/main.js");

/**
 * Parts of packages that the bridge never reaches: Fastify's compilers (http/app.ts replaces them) and `inject`,
 * @fastify/static's list of files, mqtt.js's SOCKS proxy and browser timers. V8 keeps memory for every byte that it
 * reads, run or not: 10 MB less without them.
 */
const UNREACHED = /^(@fastify\/(ajv-compiler|fast-json-stringify-compiler)|light-my-request|glob|socks|worker-timers)$/;
const withoutUnreached: Plugin = {
  name: "without-unreached",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: UNREACHED }, ({ path }) => ({ path, namespace: "unreached" }));
    onLoad({ filter: /./, namespace: "unreached" }, () => ({ contents: "module.exports = {};" }));
  },
};

/**
 * `import` of node:http looks at each of its exports, and one of them loads all of fetch and WebSocket (undici);
 * `require` does not. 2 MB less.
 */
const requiredHttp: Plugin = {
  name: "required-http",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:http$/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "required" } : null,
    );
    onLoad({ filter: /./, namespace: "required" }, () => ({ contents: 'module.exports = require("node:http");' }));
  },
};

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
  plugins: [withoutUnreached, requiredHttp],
  metafile: true,
  logLevel: "warning",
});
const bytes = Object.values(result.metafile.outputs).find((output) => output.entryPoint)?.bytes ?? 0;
console.log(`bridge/dist/main.js  ${Math.round(bytes / 1024)} kB`);
