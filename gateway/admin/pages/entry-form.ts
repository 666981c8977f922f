import type { ConfigurationDocument, EntryOf, Kind } from "../../configuration/document.ts";
import type { Pool } from "../../database/pool.ts";
import type { Content } from "../../page/html.ts";
import type { FieldGroup } from "./field.ts";
import type { FormReader, Values } from "./form-values.ts";

/** One column of a list. The first is the name and links to the entry. */
export interface Column<E> {
  readonly title: string;
  readonly cell: (entry: E, document: ConfigurationDocument) => Content;
}

/** How entries of one kind are listed, shown and edited. */
export interface EntryForm<K extends Kind> {
  readonly kind: K;
  readonly title: string;
  /** Introduction for first-time readers. */
  readonly lead: string;
  readonly columns: readonly Column<EntryOf<K>>[];
  /** The fields below the name; their choices come from the document. */
  readonly groups: (document: ConfigurationDocument) => readonly FieldGroup[];
  readonly nameHint: string;
  readonly blank: Values;
  readonly write: (entry: EntryOf<K>) => Values;
  readonly read: (reader: FormReader) => EntryOf<K>;
  /** State that belongs to an entry but not to the configuration. */
  readonly readState?: (name: string, pool: Pool) => Promise<Content>;
  /** Additional information about one entry. */
  readonly aside?: (entry: EntryOf<K>, document: ConfigurationDocument) => Content;
}
