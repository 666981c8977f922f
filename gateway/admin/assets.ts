import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FastifyInstance } from "fastify";

const { resolve } = createRequire(import.meta.url);

interface Asset {
  readonly type: string;
  readonly file: string;
}

const assets: Readonly<Record<string, Asset>> = {
  "site.css": { type: "text/css; charset=utf-8", file: `${import.meta.dirname}/assets/site.css` },
  "icon.svg": { type: "image/svg+xml", file: `${import.meta.dirname}/assets/icon.svg` },
  "htmx.js": { type: "text/javascript; charset=utf-8", file: resolve("htmx.org/dist/htmx.min.js") },
};

interface ReadAsset {
  readonly content: Buffer;
  readonly digest: string;
}

const read = new Map<string, ReadAsset>();

function readAsset(name: string): ReadAsset {
  let asset = read.get(name);
  if (asset === undefined) {
    const content = readFileSync(assets[name]!.file);
    asset = { content, digest: createHash("sha256").update(content).digest("hex").slice(0, 16) };
    read.set(name, asset);
  }
  return asset;
}

/** The URL changes with the content, so that browsers may cache it. */
export function locateAsset(name: string): string {
  return `/assets/${name}?${readAsset(name).digest}`;
}

/** Static files are the same for everyone, including clients that are refused access. */
export function addAssets(app: FastifyInstance): void {
  for (const [name, { type }] of Object.entries(assets))
    app.get(`/assets/${name}`, { schema: { hide: true } }, async (_request, reply) => {
      reply.type(type).header("cache-control", "public, max-age=31536000, immutable");
      return readAsset(name).content;
    });
}
