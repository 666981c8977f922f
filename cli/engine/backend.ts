import type { Session } from "../session.ts";

/**
 * The session with the backend in which an environment was created. The shell may name another one by now; that one
 * has nothing of this environment, so it is not used, and the operator reads it.
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
