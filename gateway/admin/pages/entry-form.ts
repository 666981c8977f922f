import type { ConfigurationDocument, EntryOf, Kind } from "../../configuration/document.ts";
import type { Pool } from "../../database/pool.ts";
import type { Content } from "../../page/html.ts";
import type { FieldGroup } from "./field.ts";
import type { FormReader, Values } from "./form-values.ts";

/** One column of a list. The first is the name, which leads to the entry. */
export interface Column<E> {
  readonly title: string;
  readonly cell: (entry: E, document: ConfigurationDocument) => Content;
}

/** How one kind of entry is listed, shown and edited. */
export interface EntryForm<K extends Kind> {
  readonly kind: K;
  readonly title: string;
  /** What these are, for whoever sees them for the first time. */
  readonly lead: string;
  readonly columns: readonly Column<EntryOf<K>>[];
  /** The fields below the name; choices come from the document. */
  readonly groups: (document: ConfigurationDocument) => readonly FieldGroup[];
  readonly nameHint: string;
  readonly blank: Values;
  readonly write: (entry: EntryOf<K>) => Values;
  readonly read: (reader: FormReader) => EntryOf<K>;
  /** What is not part of the configuration but belongs to an entry. */
  readonly readState?: (name: string, pool: Pool) => Promise<Content>;
  /** What else is worth knowing about one entry. */
  readonly aside?: (entry: EntryOf<K>, document: ConfigurationDocument) => Content;
}
