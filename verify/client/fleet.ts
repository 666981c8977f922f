import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";
import type { ConfigurationChange } from "./admin.ts";
import { readGatewayService } from "./gateway-service.ts";
import { readScope } from "./tokens.ts";

/** Number of connections per gateway, enough to reach every gateway. */
const connectionsPerGateway = 8;

/** Number of gateways in ECS, for comparison with the admin site. */
export async function countGateways(context: CheckContext): Promise<number> {
  const { running } = await readGatewayService(context);
  if (running === 0) throw new VerifyError("DMM_VERIFY_NO_CONTROL", { what: "no gateway is running" });
  return running;
}

/** A route like those of verification, under a path that is unique to this check. */
export function planRoute(path: string): object {
  return {
    methods: ["GET"],
    path,
    upstream: "stub",
    scopes: [readScope],
    // The upstream has no other path.
    rewritePrefix: "/verify/echo",
  };
}

/** Requests a path over enough separate connections to reach every gateway. */
export async function askEveryGateway(
  context: CheckContext,
  path: string,
  gateways: number,
): Promise<readonly number[]> {
  const token = await context.tokens.shared();
  const request = { path, headers: { authorization: `Bearer ${token}` }, signal: context.signal };
  return await Promise.all(
    Array.from({ length: connectionsPerGateway * gateways }, async () => {
      const response = await context.ingress.attempt(request);
      return response.outcome === "responded" ? response.status : 0;
    }),
  );
}

/** The gateways that have not acknowledged a change, as text; undefined if all have. */
export function findMissing({ propagation }: ConfigurationChange, gateways: number): string | undefined {
  const { acknowledged, of } = propagation;
  if (acknowledged < of) return `${acknowledged} of ${of} gateways acknowledge it`;
  return of < gateways ? `the admin site knows ${of} of ${gateways} gateways` : undefined;
}

export function describeChange({ version, propagation, elapsedMs }: ConfigurationChange): string {
  const { acknowledged, of, afterMs } = propagation;
  return `${acknowledged} of ${of} gateways serve version ${version} after ${afterMs} ms (response after ${Math.round(elapsedMs)} ms)`;
}
