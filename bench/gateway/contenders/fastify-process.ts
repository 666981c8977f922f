import { readFileSync } from "node:fs";
import httpProxy from "@fastify/http-proxy";
import fastify from "fastify";

/** `@fastify/http-proxy` as in its documentation, with enough connections. */
const { host, port, upstreamUrl } = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const server = fastify({ keepAliveTimeout: 75_000 });
await server.register(httpProxy, { upstream: upstreamUrl, undici: { connections: 256, pipelining: 1 } });
await server.listen({ host, port });
