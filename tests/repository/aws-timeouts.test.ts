import assert from "node:assert/strict";
import { test } from "tap";
import { importsOf, parts, readSourceFiles } from "./source-files.ts";

/** The module of each folder with the limits of its AWS requests. */
const limits = /\/(aws-timeouts|aws-access)\.ts$/;

/** Only loads the SDK's modules, so that their code is compiled before a request needs it. */
const exceptions = ["gateway/warm-compile-cache.ts"];

test("every client of the AWS SDK takes its limits from its folder's one module", async () => {
  const users = readSourceFiles(parts).filter(({ text }) =>
    /(?:import\s+\{[^}]*\}\s+from|import\()\s*"@aws-sdk\/client-/.test(text),
  );
  const without = users
    .filter((file) => !importsOf(file).some((name) => limits.test(`/${name}`)))
    .map(({ path }) => path);
  assert.ok(users.length >= 8, `${users.length} files`);
  assert.deepEqual(
    without.filter((path) => !exceptions.includes(path)),
    [],
  );
});

test("no client of the AWS SDK is created without options or with the region alone", async () => {
  const bare = readSourceFiles(parts).flatMap(({ path, text }) =>
    /@aws-sdk\/client-/.test(text)
      ? [
          ...text.matchAll(
            /new \w*(?:Client|ECS|S3|KMS|SSM|RDS|Fis|STS)\(\s*(?:\{\s*(?:region)?\s*\})?\s*\)/g,
          ),
        ].map(([call]) => `${path}: ${call}`)
      : [],
  );
  assert.deepEqual(bare, []);
});
