import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderDocument } from "./document.ts";

/** Writes the tables of docs/suites.md from the checks. Usage: `node verify/write-document.ts`. */
const file = join(import.meta.dirname, "..", "docs", "suites.md");
writeFileSync(file, renderDocument(readFileSync(file, "utf8")));
