import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";

type OpenApi = NonNullable<FastifyDynamicSwaggerOptions["openapi"]>;

/** What /openapi.json says beside the operations, which describe themselves. */
export function describeApi(): OpenApi {
  return {
    openapi: "3.1.0",
    info: {
      title: "Admin API of the gateway platform",
      version: "1",
      description: [
        "APIs, scopes, routes and clients, as versions of one configuration.",
        "Who you are is said by the client certificate that the balancer verified.",
        "Every change carries `basedOn`, the version that it was made from; if that is not current any more, the answer is 409 and names what changed.",
        "A change is validated as a whole and stored as one version, of which every gateway is told; the answer says how many serve it.",
      ].join(" "),
    },
    tags: [
      { name: "configuration", description: "The whole configuration." },
      { name: "upstreams", description: "APIs behind the gateways." },
      { name: "scopes", description: "What clients may be allowed to do." },
      { name: "routes", description: "Which requests lead where, on what conditions." },
      { name: "clients", description: "Clients of the OAuth2 server." },
      {
        name: "users",
        description: "People who sign in at the OAuth2 server. Not part of the configuration.",
      },
      { name: "sign-in", description: "Rotate signing keys, clear wrong attempts." },
      { name: "versions", description: "History and roll-back." },
      { name: "gateways", description: "Who serves which version." },
      { name: "administrators", description: "Who may change anything." },
    ],
  };
}
