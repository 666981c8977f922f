import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { OperatorError, SettingsError } from "./errors.ts";
import { countWorkers } from "./workers/worker-count.ts";

/** The roles of the image. Each is imported on demand: the stub must not load the OAuth2 server. */
const roles: Readonly<Record<string, () => Promise<void>>> = {
  gateway: async () => {
    const workers = countWorkers();
    if (workers > 1)
      await (await import("./workers/run-workers.ts")).runWorkers(fileURLToPath(import.meta.url), workers);
    else await (await import("./gateway.ts")).runGateway();
  },
  admin: async () => (await import("./admin/admin.ts")).runAdmin(),
  stub: async () => (await import("./stub/stub.ts")).runStub(),
  user: async () => (await import("./users/user-command.ts")).runUser(process.argv.slice(3)),
  health: async () => (await import("./container-health-check.ts")).probeHealth(),
  warm: async () => (await import("./warm-compile-cache.ts")).warmCompileCache(),
};

// Output that cannot be written (its reader is gone, its disk is full) is dropped and does not end the task.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const name = process.argv[2] ?? "gateway";
const run = roles[name];
if (run === undefined) {
  process.stderr.write(`${name} is not a role of this image; use one of ${Object.keys(roles).join(", ")}.\n`);
  process.exit(2);
}

// The kernel discards every signal that a container's first process does not listen for: one that arrives before
// the role listens would be lost, and the container would be killed at its stop timeout.
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
  });

try {
  await run();
} catch (error) {
  const text =
    error instanceof OperatorError
      ? `error ${error.code}: ${error.message}\n  ${error.hint}`
      : String((error as Error)?.stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exit(error instanceof SettingsError ? 2 : 1);
}
