import { StartedRole } from "../started-gateway.ts";
import { StartedMariadb } from "../started-mariadb.ts";

/** A database with an admin role, on addresses of one block. */
export class StartedAdmin {
  readonly database: StartedMariadb;
  readonly role: StartedRole;
  readonly #ownsDatabase: boolean;

  private constructor(database: StartedMariadb, role: StartedRole, ownsDatabase: boolean) {
    this.database = database;
    this.role = role;
    this.#ownsDatabase = ownsDatabase;
  }

  static async start(block: string, environment: Record<string, string> = {}): Promise<StartedAdmin> {
    const database = await StartedMariadb.start(`${block}.1.50`);
    try {
      const { role } = await StartedAdmin.startOn(database, block, environment);
      return new StartedAdmin(database, role, true);
    } catch (error) {
      await database.stop();
      throw error;
    }
  }

  /** On an existing database, beside gateways. */
  static async startOn(
    database: StartedMariadb,
    block: string,
    environment: Record<string, string> = {},
  ): Promise<StartedAdmin> {
    const role = new StartedRole("admin", `${block}.1.40`, { ...describeAdmin(database), ...environment });
    try {
      await role.waitUntilReady();
      return new StartedAdmin(database, role, false);
    } catch (error) {
      await role.process.end();
      throw error;
    }
  }

  get origin(): string {
    return this.role.origin;
  }

  /** A request as the balancer forwards it for the person with this certificate. */
  async call(
    path: string,
    options: {
      readonly as?: string;
      readonly method?: string;
      readonly json?: unknown;
      readonly headers?: Record<string, string>;
    } = {},
  ): Promise<ReceivedResponse> {
    const { as = "operator", method = "GET", json, headers } = options;
    const response = await fetch(this.origin + path, {
      method,
      redirect: "manual",
      headers: {
        ...(as === "" ? {} : describePerson(as)),
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Body) : ({} as Body),
    };
  }

  /** The current version. */
  async readVersion(): Promise<number> {
    return (await this.call("/api/routes")).body.version;
  }

  async stop(): Promise<void> {
    await this.role.process.end();
    if (this.#ownsDatabase) await this.database.stop();
  }
}

/** Members of JSON responses that tests read. */
export interface Body {
  readonly version: number;
  readonly code: string;
  readonly detail: string;
  readonly secret: string;
  readonly entry: Record<string, unknown>;
  readonly problems: readonly { readonly name: string; readonly field: string; readonly message: string }[];
  readonly conflict: {
    readonly current: number;
    readonly authors: readonly string[];
    readonly differences: readonly {
      readonly name: string;
      readonly change: string;
      readonly fields: readonly { readonly field: string }[];
    }[];
  };
  readonly versions: readonly {
    readonly version: number;
    readonly author: string;
    readonly summary: string;
  }[];
  readonly [more: string]: unknown;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** The balancer's headers for a client certificate. */
export function describePerson(name: string): Record<string, string> {
  return {
    "x-amzn-mtls-clientcert-subject": `CN=${name},O=test`,
    "x-amzn-mtls-clientcert-serial-number": "6A86CE563A2D3E60D70BE3A41A5ED94E",
  };
}

export function describeAdmin(database: StartedMariadb): Record<string, string> {
  return {
    ENVIRONMENT: "test",
    CLIENT_CERTIFICATES_VERIFIED: "on",
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_USER: database.user,
    DATABASE_PASSWORD: database.password,
    DATABASE_TLS: "off",
    UPSTREAM_URL: "http://127.0.0.1:9000",
    DRAIN_SECONDS: "2",
    DRAIN_QUIET_MS: "50",
  };
}
