import { readFileSync } from "node:fs";
import { Agent, createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";

interface HttpProxy {
  createProxyServer(options: object): {
    web: (
      ...args: [...Parameters<RequestListener>, options: object, onError: (error: Error) => void]
    ) => void;
  };
}

/** `http-proxy` as in its documentation, with persistent connections. */
const { host, port, upstreamUrl } = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const { createProxyServer } = createRequire(import.meta.url)("http-proxy") as HttpProxy;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const proxy = createProxyServer({ target: upstreamUrl, agent, xfwd: true });
const server = createServer((request, response) => {
  proxy.web(request, response, {}, () => response.writeHead(502).end());
});
server.keepAliveTimeout = 75_000;
server.listen({ host, port });
