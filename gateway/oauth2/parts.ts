import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { ServedConfiguration } from "../routing/served.ts";
import type { ProofNonces } from "../tokens/nonces.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { Work } from "./transaction-aborts.ts";

/** Dependencies of the OAuth2 server. */
export interface OAuth2Parts {
  readonly issuer: URL;
  readonly primaries: Primaries;
  readonly logger: Logger;
  readonly clientSecretKey: string;
  /** `users`, `development` or the path of a module. */
  readonly login: string;
  /** For users and descriptions of scopes. */
  readonly database: Pool;
  readonly signingKeys: SigningKeys;
  /** Resolves when the schema exists. */
  readonly migrated: Promise<void>;
  readonly readConfiguration: () => ServedConfiguration;
  readonly nonces: ProofNonces;
  /** Tracks work that must finish before the process ends. */
  readonly work: Work;
  /** Reports what the start waits for. */
  readonly waitFor: (what: string, coming: Promise<void>) => Promise<void>;
}
