import type { Duplex } from "node:stream";
import type { Authorized } from "../exchange/exchange.ts";
import type { EndTunnel } from "./joined-tunnel.ts";

/** Interval at which the token of an open tunnel is checked, in milliseconds. */
const checkMs = 30_000;

export interface LimitedTunnel {
  readonly socket: Duplex;
  readonly end: EndTunnel;
  readonly isAuthorized: (exchange: Authorized) => Promise<boolean>;
}

/**
 * Ends a tunnel with its token: when the token expires, and at most one check after the token was revoked or its
 * client or user was removed. While the token's primary is unavailable the tunnel stays, until the next check or
 * until the token expires.
 */
export function limitTunnel(exchange: Authorized, { socket, end, isAuthorized }: LimitedTunnel): void {
  if (exchange.caller === undefined) return;
  const { tokenExpiresAt } = exchange.caller;
  let timer: NodeJS.Timeout;
  const endWithToken = () => {
    exchange.error = "DMM_GATEWAY_TOKEN_INVALID";
    end(1008);
  };
  const check = () => {
    if (socket.destroyed) return;
    if (Date.now() >= tokenExpiresAt * 1000) {
      endWithToken();
      return;
    }
    isAuthorized(exchange).then((authorized) => {
      if (!authorized && !socket.destroyed) endWithToken();
    }, ignoreOutage);
    schedule();
  };
  const schedule = () => {
    timer = setTimeout(check, Math.min(checkMs, Math.max(0, tokenExpiresAt * 1000 - Date.now())));
  };
  socket.once("close", () => clearTimeout(timer));
  schedule();
}

function ignoreOutage(): void {}
