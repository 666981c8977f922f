import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Starts one test file: `node start-file.ts FILE`. tap's TypeScript plugin, which isn't used, sets variables for
 * every child process; they are removed before a test can start one.
 */
const before = { ...process.env };
await import("tap");
for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
Object.assign(process.env, before);

// The arguments are as if the test file had been started directly.
process.argv.splice(1, 1);
await import(pathToFileURL(resolve(process.argv[1] ?? "")).href);
