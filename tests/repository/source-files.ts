import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";

export const root = join(import.meta.dirname, "..", "..");

/** The folders of the product's own code, as in CONTRIBUTING.md. */
export const parts = [
  "stacks",
  "local",
  "gateway",
  "verify",
  "cli",
  "machine",
  "tools",
  "image",
  "errors",
  "bench",
] as const;

export interface SourceFile {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file below the given folders that git tracks or would track. */
export function readSourceFiles(folders: readonly string[]): readonly SourceFile[] {
  const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...folders];
  return execaSync("git", listed, { cwd: root })
    .stdout.split("\n")
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, text: readOrEmpty(path) }))
    .filter((file) => file.text !== "");
}

/** A tracked file that was deleted but not yet committed counts as absent. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

/** Specifiers of every static and dynamic import in a file. */
export function importsOf(file: SourceFile): readonly string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;
  return [...file.text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}
