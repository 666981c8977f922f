import {
  authMethods,
  type Bounds,
  clientKeyLimits,
  corsLimits,
  grantTypes,
  idTokenAlgorithms,
  methods,
  namePattern,
  rateLimits,
  routeLimits,
  scopePattern,
  textLimits,
  upstreamLimits,
} from "../../configuration/bounds.ts";
import { type Kind, kinds } from "../../configuration/document.ts";

/** The subset of JSON Schema that bodies and parameters use. */
export type Schema = Readonly<Record<string, unknown>>;

const listed = { type: "array", maxItems: 200, items: { type: "string", minLength: 1, maxLength: 2000 } };
const optionalList = { ...listed, default: [] };

function integer({ least, most, usual }: Bounds): Schema {
  return { type: "integer", minimum: least, maximum: most, default: usual };
}

function text(maxLength: number, more: Schema = {}): Schema {
  return { type: "string", maxLength, ...more };
}

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: "object", additionalProperties: false, properties, required };
}

const corsList = { ...listed, maxItems: corsLimits.entries };

const corsSchema: Schema = {
  ...object(
    {
      origins: { ...corsList, minItems: 1, examples: [["https://app.example.com"], ["*"]] },
      headers: { ...corsList, default: [...corsLimits.headers] },
      exposedHeaders: { ...corsList, default: [] },
      credentials: { type: "boolean", default: false },
      maxAgeSeconds: integer(corsLimits.maxAgeSeconds),
    },
    ["origins"],
  ),
  type: ["object", "null"],
  default: null,
  description:
    "Other origins whose pages may use the route (CORS). The allowed methods are those of the route.",
};

const routeNumbers = Object.fromEntries(
  Object.entries(routeLimits).map(([field, bounds]) => [field, integer(bounds)]),
);

/** Members that are not used are accepted and dropped, as in published key sets. */
const publicKey: Schema = {
  type: "object",
  required: ["kty"],
  maxProperties: 30,
  properties: { kty: { type: "string", enum: ["EC", "OKP", "RSA"] }, kid: text(200) },
  examples: [{ kty: "OKP", crv: "Ed25519", kid: "2027", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
};

/** An entry without its name, which is in the URL. Omitted members take their defaults. */
export const entrySchemas: Readonly<Record<Kind, Schema>> = {
  upstreams: object(
    {
      connectLimitMs: integer(upstreamLimits.connectLimitMs),
      health: {
        ...object(
          {
            path: text(textLimits.path, { examples: ["/health"] }),
            intervalMs: integer(upstreamLimits.healthIntervalMs),
          },
          ["path"],
        ),
        type: ["object", "null"],
        default: null,
      },
      targets: {
        type: "array",
        minItems: 1,
        maxItems: 100,
        items: object(
          {
            origin: text(textLimits.origin, { examples: ["http://10.0.0.5:8080"] }),
            weight: integer(upstreamLimits.weight),
          },
          ["origin"],
        ),
      },
    },
    ["targets"],
  ),
  scopes: object({ description: text(textLimits.description, { default: "" }) }),
  routes: object(
    {
      host: { type: ["string", "null"], maxLength: textLimits.host, default: null },
      methods: { type: "array", minItems: 1, maxItems: 20, items: { type: "string", enum: [...methods] } },
      path: text(textLimits.path, { examples: ["/orders/{id}", "/files/*"] }),
      upstream: text(textLimits.name),
      scopes: optionalList,
      public: { type: "boolean", default: false },
      rewritePrefix: { type: ["string", "null"], maxLength: textLimits.path, default: null },
      ...routeNumbers,
      rate: {
        ...object(
          {
            perSecond: {
              type: "number",
              minimum: rateLimits.perSecond.least,
              maximum: rateLimits.perSecond.most,
            },
            burst: integer(rateLimits.burst),
          },
          ["perSecond"],
        ),
        type: ["object", "null"],
        default: null,
      },
      cors: corsSchema,
    },
    ["methods", "path", "upstream"],
  ),
  clients: object({
    description: text(textLimits.description, { default: "" }),
    public: { type: "boolean", default: false },
    scopes: optionalList,
    grantTypes: {
      type: "array",
      minItems: 1,
      items: { type: "string", enum: [...grantTypes] },
      default: ["client_credentials"],
    },
    redirectUris: optionalList,
    postLogoutRedirectUris: optionalList,
    tokenEndpointAuthMethod: {
      type: "string",
      enum: [...authMethods],
      description:
        "Default: none for a public client, private_key_jwt with jwks, otherwise client_secret_basic.",
    },
    jwks: {
      ...object({ keys: { type: "array", minItems: 1, maxItems: clientKeyLimits.keys, items: publicKey } }, [
        "keys",
      ]),
      type: ["object", "null"],
      default: null,
      description: "Public keys for private_key_jwt (RFC 7517).",
    },
    requirePushedAuthorizationRequests: { type: "boolean", default: false },
    dpopBoundAccessTokens: { type: "boolean", default: false },
    idTokenSignedResponseAlg: { type: "string", enum: [...idTokenAlgorithms], default: idTokenAlgorithms[0] },
  }),
};

function nameSchema(kind: Kind): Schema {
  return text(textLimits.name, { minLength: 1, pattern: kind === "scopes" ? scopePattern : namePattern });
}

export function nameParameter(kind: Kind): Schema {
  return object({ name: nameSchema(kind) }, ["name"]);
}

/** The whole configuration, each entry with its name. */
export const documentSchema: Schema = object(
  Object.fromEntries(
    kinds.map((kind) => {
      const { properties, required } = entrySchemas[kind] as {
        properties: Record<string, Schema>;
        required: string[];
      };
      const items = object({ name: nameSchema(kind), ...properties }, ["name", ...required]);
      return [kind, { type: "array", maxItems: 10_000, items }];
    }),
  ),
  kinds,
);

const wholeNumber = { type: "string", pattern: "^[0-9]{1,15}$" };

export const changeQuery: Schema = object(
  {
    basedOn: { ...wholeNumber, description: "The version the change was made from." },
    summary: text(300, { description: "Reason for the change, shown in the history." }),
  },
  ["basedOn"],
);

export const pageQuery: Schema = object({
  before: { ...wholeNumber, description: "Only versions earlier than this one." },
  limit: { type: "string", pattern: "^(?:[1-9][0-9]?|100)$", default: "20" },
});

export const versionParameter: Schema = object({ version: wholeNumber }, ["version"]);

export const administratorParameter: Schema = object({ name: text(200, { minLength: 1 }) }, ["name"]);
