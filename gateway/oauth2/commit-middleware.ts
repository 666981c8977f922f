import type { KoaContextWithOIDC } from "oidc-provider";
import type { Context, Middleware, Next } from "../login/context.ts";
import { routes } from "./endpoints.ts";
import { sendError } from "./pages.ts";
import type { UnitsOfWork } from "./request-transaction.ts";

export interface CommitParts {
  readonly units: UnitsOfWork;
  /** Returns why the library failed. */
  readonly findFailure: (context: Context) => Error | undefined;
  readonly logRefusal: (context: Context, error: Error) => void;
}

/**
 * Commits the library's changes before its response is sent. If a store is unavailable it throws, and none of the
 * request's changes remain; a request that lost the race for the same code or token gets an error.
 */
export function createCommit({ units, findFailure, logRefusal }: CommitParts): Middleware {
  return async function commit(context: Context, next: Next): Promise<void> {
    const unit = units.begin(context.req, { defersStorage: context.path === routes.token });
    await next();
    if (findFailure(context) !== undefined) return;
    if (context.path === routes.revocation && context.status === 200) {
      const { token } = (context as KoaContextWithOIDC).oidc.params ?? {};
      await units.confirmRevocation(unit, String(token));
    }
    if (!unit.succeeded) return;
    try {
      await units.commit(unit);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      logRefusal(context, error);
      context.status = error.statusCode;
      context.remove("location");
      await sendError(context, { error: error.message, error_description: error.error_description });
    }
  };
}

interface Refusal extends Error {
  readonly expose: true;
  readonly statusCode: number;
  readonly error_description: string;
}

/** A protocol error in the library's form. */
function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && (error as Partial<Refusal>).expose === true;
}
