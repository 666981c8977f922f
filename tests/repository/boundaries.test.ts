import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "tap";
import { importsOf, parts, readSourceFiles } from "./source-files.ts";

/** What each folder may import of ours, beyond itself. A file stands for that file alone. */
const allowed: Readonly<Record<(typeof parts)[number], readonly string[]>> = {
  stacks: [],
  local: ["tools/image"],
  gateway: [],
  verify: ["stacks/outputs.ts"],
  cli: [
    "stacks/config.ts",
    "stacks/differences.ts",
    "stacks/outputs.ts",
    "stacks/index.ts",
    "verify/index.ts",
    "verify/target.ts",
    "tools",
  ],
  tools: [],
  bench: ["verify/load", "tools"],
};

/** Packages of AWS's and Pulumi's that only some folders may use. */
const packages: readonly { readonly name: RegExp; readonly folders: readonly string[] }[] = [
  { name: /^@pulumi\/(aws|awsx)(\/|$)/, folders: ["stacks"] },
  { name: /^@pulumi\/pulumi(\/|$)/, folders: ["stacks", "local", "cli"] },
];

test("every folder imports only what the design allows", async () => {
  const wrong: string[] = [];
  for (const file of readSourceFiles(parts)) {
    const folder = file.path.split("/")[0] as (typeof parts)[number];
    for (const specifier of importsOf(file).filter((name) => name.startsWith("."))) {
      const imported = posix.normalize(posix.join(posix.dirname(file.path), specifier));
      const inside = imported.startsWith(`${folder}/`);
      const permitted = allowed[folder].some((path) => imported === path || imported.startsWith(`${path}/`));
      if (!inside && !permitted) wrong.push(`${file.path} imports ${imported}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("the program is the only user of the AWS resource types", async () => {
  const wrong: string[] = [];
  for (const file of readSourceFiles(parts)) {
    const folder = file.path.split("/")[0] ?? "";
    for (const specifier of importsOf(file)) {
      const rule = packages.find((candidate) => candidate.name.test(specifier));
      if (rule && !rule.folders.includes(folder)) wrong.push(`${file.path} imports ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});
