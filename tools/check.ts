import { spawn } from "node:child_process";
import { join } from "node:path";

/** What must hold before a change is taken: format and lint, types, no dead exports, the repository's own rules. */
const root = join(import.meta.dirname, "..");
const checks: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  {
    name: "format and lint",
    command: [join(root, "node_modules", ".bin", "biome"), "check", "--error-on-warnings", "."],
  },
  { name: "types", command: [join(root, "node_modules", ".bin", "tsc")] },
  { name: "dead code", command: [join(root, "node_modules", ".bin", "knip")] },
  {
    name: "repository rules",
    command: [process.execPath, "--test", "--test-reporter=dot", "tests/repository/*.test.ts"],
  },
];

async function run(command: readonly string[]): Promise<number> {
  const [program = "", ...parameters] = command;
  const child = spawn(program, parameters, { cwd: root, stdio: "inherit" });
  return new Promise((resolve, reject) =>
    child.once("exit", (code) => resolve(code ?? 1)).once("error", reject),
  );
}

let failed = 0;
for (const { name, command } of checks) {
  const begun = performance.now();
  const code = await run(command);
  if (code !== 0) failed += 1;
  process.stdout.write(
    `${code === 0 ? "ok    " : "failed"} ${name} (${Math.round(performance.now() - begun)} ms)\n`,
  );
}
process.exit(failed === 0 ? 0 : 1);
