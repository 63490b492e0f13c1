// Bundles GraphiQL into dist/ and holds the result against dist.sha256, which names every file that the server will serve.
// `npm run record` writes that list anew, after the page or a pinned version has changed.
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });

await build({
  entryPoints: {
    app: "app.js",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  },
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".ttf": "file" },
  assetNames: "[name]",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
copyFileSync("icon.svg", "dist/icon.svg");

const sha256 = (name) => createHash("sha256").update(readFileSync(`dist/${name}`)).digest("hex");
const sums = readdirSync("dist").sort().map((name) => `${sha256(name)}  ${name}\n`).join("");

if (process.argv.includes("--record")) {
  writeFileSync("dist.sha256", sums);
} else if (sums !== readFileSync("dist.sha256", "utf8")) {
  rmSync("dist", { recursive: true });
  console.error(`The build differs from dist.sha256 and will not be served. It gave:\n${sums}`);
  process.exit(1);
}
