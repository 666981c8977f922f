import { join } from "node:path";
import { execa } from "execa";

/**
 * Requirements for every change: format and lint, types, no dead exports, the repository's own rules. With
 * `--write` it formats instead.
 */
const root = join(import.meta.dirname, "..");
const biome = [join(root, "node_modules", ".bin", "biome"), "check"];
const checks: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  {
    name: "format and lint",
    command: [...biome, "--error-on-warnings", "."],
  },
  // The compiler's native version takes a quarter of the time. Pulumi and knip need version 6 as a library.
  {
    name: "types",
    command: [
      process.execPath,
      join(root, "node_modules", "tsc-native", "bin", "tsc"),
      ...["--incremental", "--tsBuildInfoFile", join(root, ".dmm-env", "cache", "types.json")],
    ],
  },
  { name: "dead code", command: [join(root, "node_modules", ".bin", "knip")] },
  {
    name: "repository rules",
    command: [process.execPath, join(root, "tests", "run.ts"), "tests/repository"],
  },
];

async function run([program = "", ...args]: readonly string[]): Promise<number> {
  const { exitCode } = await execa(program, args, { cwd: root, stdio: "inherit", reject: false });
  return exitCode ?? 1;
}

if (process.argv.includes("--write")) process.exit(await run([...biome, "--write", "."]));

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
