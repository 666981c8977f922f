import { SettingsError } from "./errors.ts";
import { longestKeysCheckSeconds } from "./oauth2/lifetimes.ts";
import { parseSigningKeys, type SuppliedKey } from "./oauth2/signing-key.ts";
import { readTracing, type TracingSettings } from "./tracing/settings.ts";

/** Where a role listens and its time limits for shutdown. */
export interface ListeningSettings {
  readonly environment: string;
  /** Address to bind; absent to use the task's own address. */
  readonly host?: string;
  readonly port: number;
  /** Time from SIGTERM until the process must have exited, in milliseconds. */
  readonly drainMs: number;
  /** After SIGTERM, new requests are accepted until none has arrived for this long, in milliseconds. */
  readonly drainQuietMs: number;
}

export interface DatabaseSettings {
  readonly host: string;
  readonly readerHost: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly tls: boolean;
  /** Creates `user`; the admin site's alone. */
  readonly administrator?: { readonly user: string; readonly password: string };
}

export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
  readonly tls: boolean;
  /** Time limit of one command, in milliseconds; afterwards the token cannot be checked. */
  readonly commandTimeoutMs: number;
}

export interface StoreSettings {
  readonly database: DatabaseSettings;
  readonly upstreamUrl: string;
  readonly verifierSecret?: string;
  /** Key of the hash that verifies client secrets. */
  readonly clientSecretKey: string;
}

export interface GatewaySettings extends ListeningSettings, StoreSettings {
  readonly issuer: URL;
  readonly redis: RedisSettings;
  readonly deliveryStream?: string;
  readonly workers: number;
  /** Interval at which the database is polled for a newer configuration, in milliseconds. */
  readonly configurationPollMs: number;
  /** The login: `users`, `development`, or the path of a company's own module. */
  readonly login: string;
  readonly signing: SigningSettings;
  /** Whether DPoP proofs need a server nonce (RFC 9449 sections 8 and 9). */
  readonly dpopNonces: boolean;
  /** Absent where requests are not traced. */
  readonly tracing: TracingSettings | undefined;
  /** Port that serves only `/metrics`; absent where there is none. */
  readonly metricsPort: number | undefined;
}

/** Source of the OAuth2 server's signing keys. */
export interface SigningSettings {
  /** Supplied by the operator, the signing one first; otherwise the gateways create and share their own. */
  readonly keys?: readonly SuppliedKey[];
  /**
   * AWS KMS key that encrypts keys that the gateways create; otherwise a key derived from `CLIENT_SECRET_KEY`
   * does.
   */
  readonly kmsKey?: string;
  readonly checkMs: number;
}

export interface AdminSettings extends ListeningSettings, StoreSettings {
  /** Only a balancer that verifies client certificates may be trusted when it names one. */
  readonly clientCertificatesVerified: boolean;
  /** The login, as at the gateways: users are managed here where it is `users`. */
  readonly login: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables and collects every problem, so that all of them are reported at once. */
class Reader {
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  optional(name: string): string | undefined {
    const value = this.#environment[name];
    return value === undefined || value === "" ? undefined : value;
  }

  text(name: string, fallback?: string): string {
    const value = this.optional(name) ?? fallback;
    if (value === undefined) this.problems.push(`${name} is missing.`);
    return value ?? "";
  }

  number(name: string, bounds: { fallback: number; from: number; to: number }): number {
    const text = this.optional(name);
    if (text === undefined) return bounds.fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= bounds.from && value <= bounds.to) return value;
    this.problems.push(`${name} is ${JSON.stringify(text)}; it must be ${bounds.from} to ${bounds.to}.`);
    return bounds.fallback;
  }

  switched(name: string, fallback: "on" | "off"): boolean {
    const value = this.optional(name) ?? fallback;
    if (value !== "on" && value !== "off")
      this.problems.push(`${name} is ${JSON.stringify(value)}; it must be on or off.`);
    return value === "on";
  }

  url(name: string): URL {
    const text = this.text(name);
    const url = URL.parse(text);
    if (text !== "" && (url === null || !url.protocol.startsWith("http")))
      this.problems.push(`${name} is ${JSON.stringify(text)}; it must be an http or https address.`);
    return url ?? new URL("http://invalid.");
  }

  signing(): SigningSettings {
    const text = this.optional("SIGNING_KEYS");
    const kmsKey = this.optional("SIGNING_KEYS_KMS_KEY");
    let keys: readonly SuppliedKey[] | undefined;
    try {
      keys = text === undefined ? undefined : parseSigningKeys(text);
    } catch (error) {
      // The value is a secret and is not included in the message.
      this.problems.push(`SIGNING_KEYS ${(error as Error).message}; it must be a JWK set of private keys.`);
    }
    return {
      ...(keys === undefined ? {} : { keys }),
      ...(kmsKey === undefined ? {} : { kmsKey }),
      checkMs:
        this.number("SIGNING_KEYS_CHECK_SECONDS", { fallback: 30, from: 1, to: longestKeysCheckSeconds }) *
        1000,
    };
  }

  metricsPort(): number | undefined {
    if (this.optional("METRICS_PORT") === undefined) return undefined;
    const port = this.number("METRICS_PORT", { fallback: 9464, from: 1, to: 65_535 });
    if (port === Number(this.optional("PORT") ?? "8080"))
      this.problems.push(`METRICS_PORT is "${port}"; it must differ from PORT.`);
    return port;
  }

  finish<T>(settings: T): T {
    if (this.problems.length > 0) throw new SettingsError(this.problems);
    return settings;
  }
}

function readListening(reader: Reader): ListeningSettings {
  const host = reader.optional("HOST");
  return {
    environment: reader.text("ENVIRONMENT", "development"),
    ...(host === undefined ? {} : { host }),
    port: reader.number("PORT", { fallback: 8080, from: 1, to: 65_535 }),
    drainMs: reader.number("DRAIN_SECONDS", { fallback: 30, from: 1, to: 3600 }) * 1000,
    drainQuietMs: reader.number("DRAIN_QUIET_MS", { fallback: 500, from: 0, to: 60_000 }),
  };
}

/** Both or neither. */
function readAdministrator(reader: Reader): DatabaseSettings["administrator"] {
  if (reader.optional("DATABASE_ADMINISTRATOR") === undefined) return undefined;
  return {
    user: reader.text("DATABASE_ADMINISTRATOR"),
    password: reader.text("DATABASE_ADMINISTRATOR_PASSWORD"),
  };
}

function readStore(reader: Reader): StoreSettings {
  const host = reader.text("DATABASE_HOST");
  const password = reader.text("DATABASE_PASSWORD");
  const verifierSecret = reader.optional("VERIFIER_SECRET");
  const administrator = readAdministrator(reader);
  return {
    database: {
      host,
      readerHost: reader.text("DATABASE_READER_HOST", host),
      port: reader.number("DATABASE_PORT", { fallback: 3306, from: 1, to: 65_535 }),
      name: reader.text("DATABASE_NAME", "platform"),
      user: reader.text("DATABASE_USER"),
      password,
      tls: reader.switched("DATABASE_TLS", "on"),
      ...(administrator && { administrator }),
    },
    upstreamUrl: reader.url("UPSTREAM_URL").origin,
    ...(verifierSecret === undefined ? {} : { verifierSecret }),
    clientSecretKey: reader.optional("CLIENT_SECRET_KEY") ?? `client secrets under ${password}`,
  };
}

/** @throws SettingsError naming every wrong or missing variable */
export function parseGatewaySettings(environment: Environment): GatewaySettings {
  const reader = new Reader(environment);
  const password = reader.optional("REDIS_AUTH_TOKEN");
  const deliveryStream = reader.optional("DELIVERY_STREAM");
  return reader.finish({
    ...readListening(reader),
    ...readStore(reader),
    issuer: reader.url("ISSUER"),
    redis: {
      host: reader.text("REDIS_HOST"),
      port: reader.number("REDIS_PORT", { fallback: 6379, from: 1, to: 65_535 }),
      ...(password === undefined ? {} : { password }),
      tls: reader.switched("REDIS_TLS", "on"),
      commandTimeoutMs: reader.number("REDIS_TIMEOUT_MS", { fallback: 1000, from: 10, to: 60_000 }),
    },
    ...(deliveryStream === undefined ? {} : { deliveryStream }),
    workers: reader.number("GATEWAY_WORKERS", { fallback: 1, from: 1, to: 64 }),
    configurationPollMs: reader.number("CONFIGURATION_POLL_MS", { fallback: 2000, from: 50, to: 60_000 }),
    login: reader.text("LOGIN", "users"),
    signing: reader.signing(),
    dpopNonces: reader.switched("DPOP_NONCES", "off"),
    tracing: readTracing(reader),
    metricsPort: reader.metricsPort(),
  });
}

/** @throws SettingsError naming every wrong or missing variable */
export function parseAdminSettings(environment: Environment): AdminSettings {
  const reader = new Reader(environment);
  return reader.finish({
    ...readListening(reader),
    ...readStore(reader),
    clientCertificatesVerified: reader.switched("CLIENT_CERTIFICATES_VERIFIED", "off"),
    login: reader.text("LOGIN", "users"),
  });
}

/** @throws SettingsError naming every wrong or missing variable */
export function parseStoreSettings(environment: Environment): StoreSettings {
  const reader = new Reader(environment);
  return reader.finish(readStore(reader));
}

/** @throws SettingsError naming every wrong or missing variable */
export function parseListeningSettings(environment: Environment): ListeningSettings {
  const reader = new Reader(environment);
  return reader.finish(readListening(reader));
}
