import type { ApiErrorCode } from "../errors.ts";
import type { Authorized } from "../exchange/exchange.ts";
import type { UpstreamTarget } from "../upstreams/target.ts";

/** A target of the route's upstream, by weight among the healthy ones; absent if the exchange had to be refused. */
export function chooseTarget(
  exchange: Authorized,
  refuse: (exchange: Authorized, code: ApiErrorCode) => void,
  except?: UpstreamTarget,
): UpstreamTarget | undefined {
  const target = exchange.route.choices.choose(except);
  if (target === undefined) refuse(exchange, "DMM_GATEWAY_UPSTREAM_FAILED");
  else if (target.busy) refuse(exchange, "DMM_GATEWAY_UPSTREAM_BUSY");
  else return target;
  return undefined;
}
