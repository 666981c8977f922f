import type { MigrationContext } from "../migrate.ts";
import { createSchema } from "./create-schema.ts";
import { seedVerification } from "./seed-verification.ts";

export interface Migration {
  /** Never changed once released; the order of the list is the order of application. */
  readonly name: string;
  readonly up: (context: MigrationContext) => Promise<void>;
}

export const migrations: readonly Migration[] = [
  { name: "001-create-schema", up: createSchema },
  { name: "002-seed-verification", up: seedVerification },
];
