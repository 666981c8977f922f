import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { CommandResult } from "./started-command.ts";

const root = join(import.meta.dirname, "..", "..");
const copied = ["cli", "errors", "gateway", "image", "local", "machine", "stacks", "tools", "verify"];
const files = [
  "dmm-env",
  "Dockerfile",
  "Pulumi.yaml",
  "Pulumi.production.yaml",
  "package.json",
  "package-lock.json",
];

/** A checkout that a test may edit; its packages are this one's. */
export class CopiedCheckout implements Disposable {
  readonly directory: string;
  readonly home: string;
  readonly #place = mkdtempSync(join(tmpdir(), "dmm-env-checkout-"));

  /** `below`: folders between the temporary one and the checkout. */
  constructor(below = "") {
    this.directory = join(this.#place, below);
    this.home = join(this.directory, ".dmm-env");
    mkdirSync(this.directory, { recursive: true });
    for (const name of [...copied, ...files]) {
      cpSync(join(root, name), join(this.directory, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
    mkdirSync(this.home, { recursive: true });
  }

  append(file: string, text: string): void {
    this.edit(file, (before) => before + text);
  }

  edit(file: string, change: (before: string) => string): void {
    const path = join(this.directory, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }

  /** Runs the command line of this checkout to its end. */
  async run(...args: readonly string[]): Promise<CommandResult> {
    const env = {
      DMM_ENV_HOME: this.home,
      DMM_ENV_TOOLCHAIN: process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain"),
      DMM_ENV_CACHE: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
    };
    const program = [join(this.directory, "cli", "main.ts"), ...args];
    const { exitCode, stdout, stderr } = await execa(process.execPath, program, {
      cwd: this.directory,
      env,
      stdin: "ignore",
      stripFinalNewline: false,
      reject: false,
    });
    return { code: exitCode ?? null, stdout, stderr };
  }

  /** The JSON object that a command prints with `--json`. */
  async runJson(...args: readonly string[]) {
    return JSON.parse((await this.run(...args, "--json")).stdout);
  }

  [Symbol.dispose](): void {
    rmSync(this.#place, { recursive: true, force: true });
  }
}
