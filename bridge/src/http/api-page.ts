/** The API as a page for people: made from the same routes as the OpenAPI document, without a script or a foreign host. */
import type { RouteEntry } from "./route-table.ts";

export function apiPage(table: readonly RouteEntry[], version: string): string {
  const nouns = Map.groupBy(table, ({ url }) => url.split("/")[2] ?? "");
  const sections = [...nouns].map(
    ([noun, entries]) => `<section id="${noun}"><h2>${noun}</h2>${entries.map(routeText).join("")}</section>`,
  );
  const links = [...nouns.keys()].map((noun) => `<a href="#${noun}">${noun}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Neolia API ${escaped(version)}</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<header><h1>Neolia API <small>${escaped(version)}</small></h1>
<p>The same as OpenAPI 3.1: <a href="openapi.json">openapi.json</a>. Every change carries
<code>Content-Type: application/json</code> and <code>X-Neolia: 1</code>; PATCH and DELETE of a row of the directory
<code>If-Match: "version"</code>.</p></header>
<nav aria-label="Parts">${links.join(" ")}</nav>
<main>${sections.join("\n")}</main>
</body>
</html>
`;
}

export const API_STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1rem; }
summary { cursor: pointer; padding: .3rem 0; }
summary b { display: inline-block; min-width: 4.5rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8888; border-radius: .4rem; }
h2 { border-top: 1px solid #8888; padding-top: 1rem; }
`;

function routeText({ method, url, access, summary, params, query, body, replies }: RouteEntry): string {
  const parts: [string, unknown][] = [
    ["Path", params?.properties],
    ["Query", query?.properties],
    ["Body", body],
    ...replies.map(([status, schema]): [string, unknown] => [`Reply ${status}`, schema]),
  ];
  const details = parts
    .filter(([, schema]) => schema !== undefined && schema !== null)
    .map(([name, schema]) => `<h3>${name}</h3><pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`);
  return `<details><summary><b>${method}</b> <code>${escaped(url)}</code> ${escaped(summary)} <em>${access}</em></summary>${details.join("")}</details>`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char);
}
