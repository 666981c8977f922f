import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "tap";
import { suites } from "../../verify/suites.ts";
import { importsOf, parts, readSourceFiles } from "./source-files.ts";

/** Allowed imports of each folder from other folders. A file name stands for that file only. */
const allowed: Readonly<Record<(typeof parts)[number], readonly string[]>> = {
  stacks: ["errors"],
  local: ["errors", "image", "machine"],
  gateway: [],
  verify: ["errors", "stacks/outputs.ts"],
  cli: [
    "errors",
    "stacks/config/config.ts",
    "stacks/differences.ts",
    "stacks/outputs.ts",
    "stacks/index.ts",
    "verify/index.ts",
    // The format of everything that is signed; the index loads all suites.
    "verify/evidence/dsse.ts",
    "verify/target.ts",
    "tools",
    "image",
    "machine",
  ],
  machine: ["errors"],
  tools: ["errors", "machine"],
  image: ["errors"],
  errors: [],
  bench: ["verify/load", "tools", "machine"],
};

/** Packages of AWS and Pulumi that only some folders may use. */
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

/** Every import between two of our folders, with its files: `a b` → `a/x.ts imports b/y.ts`. */
function readFolderImports(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of readSourceFiles(parts)) {
    const from = posix.dirname(file.path);
    for (const specifier of importsOf(file).filter((name) => name.startsWith("."))) {
      const imported = posix.join(from, specifier);
      const edge = `${from} ${posix.dirname(imported)}`;
      found.set(edge, [...(found.get(edge) ?? []), `${file.path} imports ${imported}`]);
    }
  }
  return found;
}

/** A folder and its subfolder may import each other: the subfolder is part of it. */
function areApart(one: string, other: string): boolean {
  return one !== other && !one.startsWith(`${other}/`) && !other.startsWith(`${one}/`);
}

test("of two neighbouring folders at most one imports the other", async () => {
  const imports = readFolderImports();
  const mutual = [...imports.keys()].filter((edge) => {
    const [from = "", to = ""] = edge.split(" ");
    return from < to && areApart(from, to) && imports.has(`${to} ${from}`);
  });
  const wrong = mutual.map((edge) => {
    const back = edge.split(" ").reverse().join(" ");
    return [edge, ...(imports.get(edge) ?? []), ...(imports.get(back) ?? [])].join("\n  ");
  });
  assert.deepEqual(wrong, [], wrong.join("\n"));
});

test("no suite imports another one", async () => {
  const folders = [...suites.map(({ name }) => name), "teardown"].map((name) => `verify/${name}`);
  const wrong = [...readFolderImports()]
    .filter(([edge]) => edge.split(" ").every((folder) => folders.includes(folder)))
    .filter(([edge]) => edge.split(" ")[0] !== edge.split(" ")[1])
    .flatMap(([, files]) => files);
  assert.deepEqual(wrong, []);
});
