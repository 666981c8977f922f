import type { Difference } from "./difference.ts";
import type { ConfigurationDocument } from "./document.ts";
import type { Author } from "./history.ts";

/** An edit: its base version, its author, and the function that changes the document. */
export interface Change {
  /** Absent for the platform's own changes, which are not based on a version. */
  readonly basedOn?: number;
  readonly author: Author;
  /** Written by the author; generated from the differences when empty. */
  readonly summary?: string;
  readonly restoredFrom?: number;
  readonly edit: (document: ConfigurationDocument) => ConfigurationDocument;
  /** Hashes of new secrets by client; `null` removes the secret. */
  readonly secretHashes?: ReadonlyMap<string, string | null>;
  /** Clients whose tokens, codes and consents end. */
  readonly endsTokensOf?: string;
}

/** The result of an edit. */
export interface Changed {
  readonly version: number;
  /** Empty when the edit changed nothing; then no version was created. */
  readonly differences: readonly Difference[];
}
