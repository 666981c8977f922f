import { fileURLToPath } from "node:url";
import { isPresent } from "../../machine/files.ts";
import { type Home, ownBackend } from "../home.ts";
import type { Session } from "../session.ts";
import { readStackState } from "./state.ts";

/**
 * The session with the backend in which an environment was created. The shell may name another one by now; that
 * one has no state of this environment, so it is not used, and the operator is informed.
 */
export function useBackend(session: Session, name: string, backend: string): Session {
  const { home, reporter } = session;
  if (home.backend === backend) return session;
  if (process.env.PULUMI_BACKEND_URL) {
    reporter.note(
      `PULUMI_BACKEND_URL is ${home.backend}; the state of ${name} stays in ${backend}, where it was created.`,
    );
  }
  return { ...session, home: { ...home, backend } };
}

/**
 * The location of state that was created in `backend`. A checkout that was moved or renamed took its own state
 * along: then the recorded folder is gone, and the one of this home has the stack.
 */
export function locateBackend(home: Home, backend: string, project: string, name: string): string {
  const own = ownBackend(home);
  if (!isMissingFolder(backend) || backend === own) return backend;
  return readStackState({ ...home, backend: own }, project, name).kind === "absent" ? backend : own;
}

/** Whether the backend is a folder that does not exist: its contents cannot be determined. */
export function isMissingFolder(backend: string): boolean {
  return backend.startsWith("file:///") && !isPresent(fileURLToPath(backend));
}
