import type { Difference } from "./difference.ts";
import type { ConfigurationDocument } from "./document.ts";
import type { Author } from "./history.ts";

/** An edit: what it was based on, who makes it, and what it makes of the document. */
export interface Change {
  /** Absent for the platform's own changes, which depend on no reading. */
  readonly basedOn?: number;
  readonly author: Author;
  /** In the author's words; made from the differences when empty. */
  readonly summary?: string;
  readonly restoredFrom?: number;
  readonly edit: (document: ConfigurationDocument) => ConfigurationDocument;
  /** Hashes of new secrets by client; `null` takes the secret away. */
  readonly secretHashes?: ReadonlyMap<string, string | null>;
  /** A client whose tokens, codes and consents end. */
  readonly endsTokensOf?: string;
}

/** What became of an edit. */
export interface Changed {
  readonly version: number;
  /** Empty when the edit changed nothing; then no version was made. */
  readonly differences: readonly Difference[];
}
