import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { test } from "tap";
import { importsOf, readSourceFiles } from "../repository/source-files.ts";
import { content, parts, root } from "./assembled-image.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const readManifest = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

const gateway = readManifest(join(root, content.workspace));
const checkout = readManifest(root);

/** `import`, and `resolve("htmx.org/…")` for files that are served. */
function packagesOf(file: Parameters<typeof importsOf>[0]): readonly string[] {
  const resolved = [...file.text.matchAll(/\bresolve\("([^"]+)"\)/g)].map(([, name = ""]) => name);
  return [...importsOf(file), ...resolved]
    .filter((name) => !/^[./]/.test(name) && !isBuiltin(name))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
}

test("the image's packages are those that the gateway imports, no more and no less", async () => {
  const imported = new Set(readSourceFiles([content.workspace]).flatMap(packagesOf));
  assert.deepEqual([...imported].sort(), Object.keys(gateway.dependencies).sort());
});

test("a package has one exact version in the whole product", async () => {
  const others = { ...checkout.dependencies, ...checkout.devDependencies };
  for (const [name, version] of Object.entries(gateway.dependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is ${version}`);
    assert.equal(others[name] ?? version, version, `${name} in package.json and in gateway/package.json`);
  }
});

const lines = readFileSync(join(root, "Dockerfile"), "utf8").split("\n");
const words = (line: string) => line.split(/\s+/).slice(1);
const stages = lines.flatMap((line, index) => (line.startsWith("FROM ") ? [index] : []));

test("the image consists of the base and the parts that the tests assemble", async () => {
  const copies = lines.slice(stages.at(-1)).filter((line) => line.startsWith("COPY "));
  assert.ok(copies.every((line) => line.includes("--from=content --chown=0:0 /app/")));
  assert.deepEqual(copies.map((line) => words(line)[2]?.slice("/app/".length)).sort(), [...parts].sort());
});

test("the build context contains what the build copies, and nothing else of the checkout", async () => {
  const copies = lines.slice(0, stages.at(-1)).filter((line) => line.startsWith("COPY "));
  const copied = copies.flatMap((line) => words(line).slice(0, -1));
  const rules = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  assert.equal(
    rules.find((rule) => !rule.startsWith("#")),
    "*",
  );
  const admitted = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  assert.deepEqual([...new Set([...admitted, "gateway/package.json"])].sort(), copied.toSorted());
});

test("the image's process has a numeric non-root user, and starts without a shell", async () => {
  const last = lines.slice(stages.at(-1));
  assert.deepEqual(
    last.filter((line) => line.startsWith("USER ")),
    ["USER 1000:1000"],
  );
  for (const instruction of ["ENTRYPOINT ", "CMD "])
    assert.ok(last.some((line) => line.startsWith(`${instruction}["`)));
});

test("the image declares no health check, which Docker would run under ECS for nobody", async () => {
  assert.deepEqual(
    lines.filter((line) => line.startsWith("HEALTHCHECK")),
    [],
  );
});
