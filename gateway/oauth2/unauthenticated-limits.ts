import type Provider from "oidc-provider";
import type { errors as OAuth2Errors } from "oidc-provider";
import type { Context } from "../login/context.ts";

/** Requests that store something in Redis before any authentication, by the library's names of endpoints. */
const beginnings = new Set(["authorization", "device_authorization", "pushed_authorization_request"]);

interface Model {
  readonly prototype: { save(...rest: unknown[]): Promise<unknown> };
}

/**
 * Bounds what unauthenticated clients store in Redis: an unfinished authorization is kept for fifteen minutes, so
 * a client that begins many would fill it. `count` returns the seconds to wait, 0 if another one may begin from
 * this address.
 */
export function limitUnauthenticatedClients(
  provider: Provider,
  errors: typeof OAuth2Errors,
  count: (address: string) => Promise<number>,
): void {
  const models = [provider.Interaction, provider.DeviceCode, provider.PushedAuthorizationRequest];
  for (const { prototype } of models as unknown as readonly Model[]) {
    const save = prototype.save;
    prototype.save = async function (...rest) {
      const context = (provider.constructor as typeof Provider).ctx as Context | undefined;
      if (context !== undefined && isUnauthenticated(context)) {
        const seconds = await count(context.ip);
        if (seconds > 0) {
          context.set("retry-after", String(seconds));
          throw refuse(errors);
        }
      }
      return await save.apply(this, rest);
    };
  }
}

/** A confidential client has authenticated by then; a login request has not. */
function isUnauthenticated({ oidc }: Context): boolean {
  if (!beginnings.has(oidc.route)) return false;
  return oidc.route === "authorization" || oidc.client?.tokenEndpointAuthMethod === "none";
}

function refuse(errors: typeof OAuth2Errors): Error {
  const error = new errors.TemporarilyUnavailable("too many authorization requests from this address");
  return Object.assign(error, { status: 429, statusCode: 429 });
}
