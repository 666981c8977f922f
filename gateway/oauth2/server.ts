import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { untilReachable } from "../database/pool.ts";
import { normalizeTarget } from "../exchange/request-target.ts";
import type { Login } from "../login/login.ts";
import { nameNetwork } from "../rate-limit/client-network.ts";
import { describeReason } from "../reason.ts";
import type { Primaries } from "../redis/primaries.ts";
import { ReplayMemory } from "../tokens/replay-memory.ts";
import { Tokens } from "../tokens/tokens.ts";
import { createConfiguration } from "./configuration.ts";
import { createFailureLog, createRefusalLog } from "./failure-log.ts";
import { createOwnPages } from "./login-pages.ts";
import { createLoginPolicy } from "./login-policy.ts";
import { createMiddleware } from "./middleware.ts";
import { type Library, loadLibrary } from "./oidc-provider.ts";
import { noteReplays } from "./oidc-provider-errors.ts";
import { patchLibrary } from "./oidc-provider-patches.ts";
import { createLibraryRules } from "./oidc-provider-rules.ts";
import type { OAuth2Parts } from "./parts.ts";
import { UnitsOfWork } from "./request-transaction.ts";

/** Time limit for receiving a request's body, in milliseconds: it is a form, and is not forwarded. */
const bodyLimitMs = 10_000;

type Respond = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface OAuth2Server {
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/**
 * The OAuth2 and OpenID Connect server. `oidc-provider` is loaded here, after the listener is open: it is the
 * heaviest module of the image. Pages and logins are loaded at their first use.
 */
export async function createOAuth2Server(parts: OAuth2Parts): Promise<OAuth2Server> {
  const [library] = await Promise.all([loadLibrary(), loadKeys(parts)]);
  const readLogin = rememberLogin(parts);
  // A custom login may be broken or print a warning: better at the start than at the first login.
  if (parts.login !== "users") void readLogin().catch(() => {});
  const start = () => createProvider(parts, library, readLogin).callback();
  let respond: Respond = start();
  // The library takes its keys once, so other keys need another instance; all its state is in Redis.
  parts.signingKeys.watch(() => {
    respond = start();
  });
  return {
    serve: (request, response) => serve(parts.issuer, respond, request, response),
  };
}

async function loadKeys({ migrated, signingKeys, logger, waitFor }: OAuth2Parts): Promise<void> {
  await migrated;
  const loaded = untilReachable(
    () => signingKeys.load(),
    (error) => logger.warn({ error: describeReason(error) }, "waiting for the signing keys"),
  );
  await waitFor("signing keys", loaded);
}

/** Opens the login once; after a failure the next use retries. */
function rememberLogin({ login, database, logger }: OAuth2Parts): () => Promise<Login> {
  let opening: Promise<Login> | undefined;
  return () => {
    opening ??= import("../login/open-login.ts")
      .then(({ openLogin }) => openLogin(login, { database, logger }))
      .catch((error: Error) => {
        opening = undefined;
        logger.error({ login, error: describeReason(error) }, "login failed to initialize");
        throw error;
      });
    return opening;
  };
}

function createProvider(
  parts: OAuth2Parts,
  { default: Server, errors, interactionPolicy }: Library,
  readLogin: () => Promise<Login>,
): Provider {
  const { issuer, primaries, logger, clientSecretKey, signingKeys, readConfiguration, nonces } = parts;
  const units = new UnitsOfWork(primaries, {
    errors,
    logger,
    work: parts.work,
    readRequest: () => Server.ctx?.req,
  });
  const provider = new Server(
    issuer.origin,
    createConfiguration({
      issuer,
      primaries,
      units,
      errors,
      readConfiguration,
      readLogin,
      secret: clientSecretKey,
      keys: signingKeys.current,
      nonces,
      loginPolicy: createLoginPolicy(interactionPolicy),
    }),
  );
  // TLS ends at the balancer.
  provider.proxy = true;
  const memory = new ReplayMemory(primaries, { durable: true });
  const countBeginning = (address: string) => countBegun(primaries, address);
  patchLibrary(
    provider,
    createLibraryRules({ primaries, memory, errors, clientSecretKey, readLogin, countBeginning }),
  );
  noteReplays(provider);
  const failures = new WeakMap<IncomingMessage, Error>();
  provider.on("grant.revoked", ({ oidc }) =>
    logger.info({ client: oidc.client?.clientId, endpoint: oidc.route }, "grant revoked"),
  );
  const logRefusal = createRefusalLog(logger);
  provider.on("grant.error", logRefusal);
  provider.on("server_error", (context, error) => failures.set(context.req, error));
  provider.on("grant.success", ({ req }) => units.succeed(req));
  provider.on("authorization.success", ({ req }) => units.succeed(req));
  const pages = createOwnPages(parts, readLogin);
  const middleware = createMiddleware({
    provider,
    issuer,
    readConfiguration,
    noncesDemanded: nonces.demanded,
    findFailure: (context) => failures.get(context.req),
    units,
    logFailure: createFailureLog(logger),
    logRefusal,
    serveUserinfo: async (context) => {
      const endpoint = await import("./userinfo.ts");
      const tokens = new Tokens(primaries, issuer, nonces);
      const findClient = (id: string) => readConfiguration().clients.get(id);
      const checks = { memory, nonces };
      await endpoint.serveUserinfo(context, { issuer, tokens, checks, readLogin, findClient });
    },
    serveInteraction: (context) => pages.serveInteraction(context, provider),
    servePasswordChange: (context) => pages.servePasswordChange(context),
    beginUserCode: async (address) => {
      const { allowances, Throttle } = await import("../login/throttle.ts");
      return new Throttle(primaries).begin(allowances.userCode, nameNetwork(address));
    },
  });
  for (const step of middleware) provider.use(step);
  return provider;
}

async function countBegun(primaries: Primaries, address: string): Promise<number> {
  const { allowances, Throttle } = await import("../login/throttle.ts");
  return new Throttle(primaries).take(allowances.beginning, nameNetwork(address));
}

/** The server derives URLs from the Host header, so it always gets the issuer's. */
function serve(issuer: URL, respond: Respond, request: IncomingMessage, response: ServerResponse): void {
  const { headers } = request;
  // Normalized as in the ingress, so that both mean the same endpoint.
  const target = normalizeTarget(request.url ?? "");
  if (target !== undefined) request.url = target.path + target.query;
  headers.host = issuer.host;
  headers["x-forwarded-proto"] = issuer.protocol.slice(0, -1);
  delete headers["x-forwarded-host"];
  // The balancer appends to it; earlier values are the client's own claim.
  const forwarded = headers["x-forwarded-for"];
  if (typeof forwarded === "string")
    headers["x-forwarded-for"] = forwarded.slice(forwarded.lastIndexOf(",") + 1).trim();
  const timer = setTimeout(() => request.destroy(), bodyLimitMs);
  request.once("close", () => clearTimeout(timer));
  response.once("close", () => clearTimeout(timer));
  respond(request, response);
}
