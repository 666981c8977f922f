import type { Contender } from "./contender.ts";
import { envoy, envoyJwt } from "./envoy.ts";
import { caddy, krakend, traefik } from "./go-proxies.ts";
import { haproxy, haproxyHs256, haproxyRs256 } from "./haproxy.ts";
import { nginx } from "./nginx.ts";
import { fastifyHttpProxy, httpProxy } from "./node-proxies.ts";
import { ownChecking, ownOpen } from "./own.ts";

/** All contenders, in their initial order within a round. */
export const contenders: readonly Contender[] = [
  ownChecking,
  haproxyRs256,
  envoyJwt,
  fastifyHttpProxy,
  ownOpen,
  haproxy,
  haproxyHs256,
  nginx,
  envoy,
  httpProxy,
  traefik,
  caddy,
  krakend,
];
