import { fileURLToPath } from "node:url";
import { httpPort } from "../test-bed/network.ts";
import { describeProgram, type Program } from "./program.ts";

const node = { command: process.execPath, environment: { NODE_ENV: "production" } };

/** Packages that a team might use instead; they check nothing. */
export const fastifyHttpProxy = describeProgram(
  describeNode("fastify-http-proxy", fileURLToPath(new URL("./fastify-process.ts", import.meta.url))),
);

export const httpProxy = describeProgram(
  describeNode("http-proxy", fileURLToPath(new URL("./http-proxy-process.ts", import.meta.url))),
);

function describeNode(name: string, main: string): Program {
  return {
    name,
    program: "node",
    locate: () => node,
    files: ({ upstreamUrl }, host) => ({
      "settings.json": JSON.stringify({ host, port: httpPort, upstreamUrl }),
    }),
    args: (path) => [main, path("settings.json")],
  };
}
