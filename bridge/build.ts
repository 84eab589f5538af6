/**
 * Bundles the bridge into `bridge/dist`: `main.js` starts in a fraction of the time of its sources and needs only
 * better-sqlite3 (native code) beside it. What the sources take in by `await import()` stays in files of its own and
 * costs nothing until it is used.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const folder = import.meta.dirname;
const outdir = join(folder, "dist");
/** Each is started by name: the bridge, and the processes and threads that it starts itself. */
const ENTRIES = {
  main: "src/main.ts",
  "zone-program": "src/directory/zone-program.ts",
  "backup-thread": "src/directory/backup-thread.ts",
  "snapshot-thread": "src/directory/snapshot-thread.ts",
  "restore-thread": "src/directory/restore-thread.ts",
  "media-worker": "src/sip/media/media-worker.ts",
};

/**
 * Parts of packages that the bridge never reaches: Fastify's compilers (http/app.ts replaces them),
 * @fastify/static's list of files, mqtt.js's SOCKS proxy and browser timers. V8 keeps memory for every byte that it
 * reads, run or not: 10 MB less without them.
 */
const UNREACHED = /^(@fastify\/(ajv-compiler|fast-json-stringify-compiler)|glob|socks|worker-timers)$/;
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

/** mqtt.js carries three copies of Node's streams for browsers and old Nodes. */
const ownStreams: Plugin = {
  name: "own-streams",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^readable-stream$/ }, ({ path }) => ({ path, namespace: "own-streams" }));
    onLoad({ filter: /./, namespace: "own-streams" }, () => ({ contents: 'module.exports = require("node:stream");' }));
  },
};

rmSync(outdir, { recursive: true, force: true });
const result = await build({
  entryPoints: ENTRIES,
  absWorkingDir: folder,
  outdir,
  splitting: true,
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  sourcemap: "linked",
  external: ["better-sqlite3"],
  // CommonJS packages inside the bundle ask for Node's own modules through require.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  plugins: [withoutUnreached, requiredHttp, ownStreams],
  metafile: true,
  logLevel: "warning",
});
for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
  if (file.endsWith(".js")) console.log(`bridge/${file}  ${Math.round(bytes / 1024)} kB`);
}
