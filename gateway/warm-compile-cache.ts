import { readdirSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { join } from "node:path";

/** Packages that our modules load lazily. */
const loadedLate = [
  "@aws-sdk/client-firehose",
  "@aws-sdk/client-kms",
  "jose",
  "oidc-provider/lib/provider.js",
  "umzug",
];

/**
 * Loads every module without starting a role, so that the compile cache (`NODE_COMPILE_CACHE`) is full when the
 * first real process starts. Runs while the image is built: its file system is read-only afterwards.
 */
export async function warmCompileCache(): Promise<void> {
  const own = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
    // This program itself is already running.
    .filter((path) => path.endsWith(".ts") && path !== "main.ts")
    .map((path) => join(import.meta.dirname, path));
  await Promise.all([...own, ...loadedLate].map((name) => import(name)));
  await prepareApplication();
  flushCompileCache();
}

/** Fastify loads much of itself only for an application: one with a schema, like the admin site. */
async function prepareApplication(): Promise<void> {
  const [{ fastify }, { default: swagger }, { default: formbody }] = await Promise.all([
    import("fastify"),
    import("@fastify/swagger"),
    import("@fastify/formbody"),
  ]);
  const application = fastify({ logger: false });
  await application.register(swagger, { openapi: {} });
  await application.register(formbody);
  application.post("/", { schema: { body: { type: "object" } } }, () => ({}));
  await application.ready();
}
