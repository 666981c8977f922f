import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

type OpenApi = NonNullable<FastifyDynamicSwaggerOptions["openapi"]>;

/** The parts of /openapi.json that are not generated from the operations. */
export function describeApi(): OpenApi {
  return {
    openapi: "3.1.0",
    info: {
      title: "Admin API of the gateway platform",
      version: "1",
      description: [
        "Manages APIs, scopes, routes and clients as versions of one configuration.",
        "Callers are identified by the client certificate that the load balancer verified.",
        "Every change includes `basedOn`, the version it was made from; if that version is no longer current, the response is 409 and lists what changed.",
        "A change is validated as a whole, stored as one version and announced to every gateway; the response says how many gateways serve it.",
      ].join(" "),
    },
    tags: [
      { name: "configuration", description: "The complete configuration." },
      { name: "upstreams", description: "APIs behind the gateways." },
      { name: "scopes", description: "Permissions that can be granted to clients." },
      { name: "routes", description: "Routing of requests to APIs, and the conditions." },
      { name: "clients", description: "OAuth2 clients." },
      {
        name: "users",
        description: "Users who sign in at the OAuth2 server. Not part of the configuration.",
      },
      { name: "sign-in", description: "Rotate signing keys, clear failed sign-in attempts." },
      { name: "versions", description: "History and rollback." },
      { name: "gateways", description: "Gateways and the versions they serve." },
      { name: "administrators", description: "Administrators and their roles." },
    ],
  };
}
