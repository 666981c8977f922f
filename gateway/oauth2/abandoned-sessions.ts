import type Provider from "oidc-provider";
import type { Login } from "../login/login.ts";

interface StoredSession {
  readonly accountId?: string;
  destroy(): Promise<void>;
}

interface Sessions {
  find(id: string, options?: object): Promise<StoredSession | undefined>;
}

/**
 * Ends a session whose account no longer exists (disabled, or removed from a company's own login) at its next
 * request, so that the user must sign in again. The library would fail.
 */
export function endAbandonedSessions(provider: Provider, readLogin: () => Promise<Login>): void {
  const sessions = provider.Session as unknown as Sessions;
  const find = sessions.find.bind(sessions);
  sessions.find = async (id, options) => {
    const session = await find(id, options);
    if (session?.accountId === undefined) return session;
    if ((await (await readLogin()).findAccount(session.accountId)) !== undefined) return session;
    await session.destroy();
    return undefined;
  };
}
