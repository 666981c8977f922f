import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../errors.ts";
import { environmentFolder, ownBackend } from "../home.ts";
import type { Session } from "../session.ts";
import { runPulumi } from "./pulumi.ts";

/** Reading one object of a backend; without credentials AWS's own search for them takes 14 seconds. */
const limitMs = 60_000;

/**
 * Opens the backend with the engine, before anything is reserved for an environment in it. The home's own folder
 * needs no check. Throws DMM_BACKEND_UNUSABLE.
 */
export async function checkBackend(
  { home, interruption }: Pick<Session, "home" | "interruption">,
  name: string,
  pulumi: string,
): Promise<void> {
  if (home.backend === ownBackend(home)) return;
  const engine = mkdtempSync(join(tmpdir(), "dmm-env-backend-"));
  try {
    const folder = { ...environmentFolder(home, name), engine, logs: home.logs };
    const kill = AbortSignal.any([interruption.first, AbortSignal.timeout(limitMs)]);
    const exit = await runPulumi({ home, folder, name, command: pulumi }, ["whoami"], { kill });
    interruption.first.throwIfAborted();
    if (exit.code === 0) return;
    const error = /^error: (.+)$/m.exec(exit.output)?.[1] ?? `no response within ${limitMs / 1000} s`;
    throw new OperatorError("DMM_BACKEND_UNUSABLE", {
      name,
      backend: home.backend,
      problem: error,
      log: exit.log,
    });
  } finally {
    rmSync(engine, { recursive: true, force: true });
  }
}
