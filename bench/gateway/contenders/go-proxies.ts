import { httpPort } from "../test-bed/network.ts";
import { describeProgram } from "./program.ts";

/** Every contender has one core. */
const environment = { GOMAXPROCS: "1" };

export const traefik = describeProgram({
  name: "traefik",
  program: "traefik",
  environment,
  files: ({ upstreamUrl, directory }, host) => ({
    "static.yaml": `
log: { level: ERROR }
global: { checkNewVersion: false, sendAnonymousUsage: false }
entryPoints: { ingress: { address: "${host}:${httpPort}" } }
providers: { file: { filename: "${directory}/traefik-dynamic.yaml", watch: false } }
`,
    "dynamic.yaml": `
http:
  routers: { all: { rule: "PathPrefix(\`/\`)", entryPoints: [ingress], service: upstream } }
  services: { upstream: { loadBalancer: { servers: [{ url: "${upstreamUrl}" }] } } }
`,
  }),
  args: (path) => [`--configFile=${path("static.yaml")}`],
});

export const caddy = describeProgram({
  name: "caddy",
  program: "caddy",
  environment,
  files: ({ network }, host) => ({
    Caddyfile: `{
  admin off
  auto_https off
  persist_config off
}
http://:${httpPort} {
  bind ${host}
  reverse_proxy ${network.upstream}:${httpPort} {
    transport http {
      keepalive_idle_conns 256
      keepalive_idle_conns_per_host 256
    }
  }
}
`,
  }),
  args: (path) => ["run", "--adapter", "caddyfile", "--config", path("Caddyfile")],
});

export const krakend = describeProgram({
  name: "krakend",
  program: "krakend",
  environment,
  files: ({ upstreamUrl }, host) => ({
    "krakend.json": JSON.stringify({
      version: 3,
      listen_ip: host,
      port: httpPort,
      max_idle_connections_per_host: 256,
      endpoints: [
        {
          endpoint: "/verify/echo",
          output_encoding: "no-op",
          backend: [{ host: [upstreamUrl], url_pattern: "/verify/echo", encoding: "no-op" }],
        },
      ],
    }),
  }),
  args: (path) => ["run", "-c", path("krakend.json")],
});
