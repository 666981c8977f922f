import type Provider from "oidc-provider";
import type { Context } from "../login/context.ts";
import type { Login } from "../login/login.ts";
import type { OAuth2Parts } from "./parts.ts";
import { signOutEverywhere } from "./sign-out.ts";

/** The pages for login, consent and password choice. Each is loaded at its first use. */
export function createOwnPages(parts: OAuth2Parts, readLogin: () => Promise<Login>) {
  const { issuer, primaries, database, logger, readConfiguration } = parts;
  const readParts = async () => {
    const { Throttle } = await import("../login/throttle.ts");
    return {
      issuer,
      database,
      logger,
      login: await readLogin(),
      throttle: new Throttle(primaries),
      findClient: (id: string) => readConfiguration().clients.get(id),
      signOut: (accountId: string, endedAt: number) => signOutEverywhere(primaries, accountId, endedAt),
    };
  };
  return {
    async serveInteraction(context: Context, provider: Provider): Promise<void> {
      const { serveInteraction } = await import("../login/interaction.ts");
      await serveInteraction(context, provider, await readParts());
    },
    async servePasswordChange(context: Context): Promise<void> {
      const { servePasswordChange } = await import("../login/password-change.ts");
      await servePasswordChange(context, await readParts());
    },
  };
}
