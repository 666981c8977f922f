import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "tap";
import { checkout } from "../../cli/home.ts";
import { explainProgramError } from "../../cli/report/program-error.ts";
import { CopiedCheckout } from "./copied-checkout.ts";

const index = join(checkout, "stacks", "index.ts");

test("an error in the program is reported with file, line and the code around it", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      `${index}:1\nimport {\n       ^\n\nSyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected\n    at parseTypeScript (node:internal:61:36)`,
      /SyntaxError.*: Expression expected at stacks\/index\.ts:1\n> 1 \| import/,
    ],
    [
      `TypeError: Cannot read properties of undefined (reading 'x')\n    at file://${index}:2:8\n    at async x`,
      /TypeError: Cannot read .* at stacks\/index\.ts:2:8\n {2}1 \| .*\n> 2 \| .*\n {13}\^\n {2}3 \| /,
    ],
    [
      `Error [ERR_MODULE_NOT_FOUND]: Cannot find module '${join(checkout, "stacks", "cache.ts")}' imported from ${index}`,
      /Cannot find module '.*cache\.ts' at stacks\/index\.ts:\d+\n[\s\S]*> .*from "\.\/cache\.ts"/,
    ],
  ];
  for (const [text, message] of cases) {
    const error = explainProgramError(text);
    assert.equal(error?.code, "DMM_PROGRAM_BROKEN");
    assert.equal(error?.exitCode, 4);
    assert.match(error?.message ?? "", message);
  }
  assert.equal(explainProgramError("Error: no\n    at file:///elsewhere/index.ts:1:1"), undefined);
});

test("a broken program", { timeout: 600_000 }, async (t) => {
  t.test("ends every command with its location when its configuration cannot be parsed", async () => {
    using broken = new CopiedCheckout();
    broken.append("stacks/config/keys.ts", "\nconst broken = ;\n");
    const { exitCode, error } = await broken.runJson("list");
    assert.deepEqual([exitCode, error.code], [4, "DMM_PROGRAM_BROKEN"]);
    assert.match(
      error.message,
      /Expression expected at stacks\/config\/keys\.ts:\d+\n[\s\S]*const broken = ;/,
    );
  });

  t.test("ends up with its location when it throws", async () => {
    using broken = new CopiedCheckout();
    try {
      broken.edit("stacks/index.ts", (text) =>
        text.replace(
          "const config = readStackConfig();",
          "const config = readStackConfig();\n  (config as any).nothing.there;",
        ),
      );
      const thrown = await broken.runJson("up", "feature-x");
      assert.deepEqual([thrown.exitCode, thrown.error.code], [4, "DMM_PROGRAM_BROKEN"]);
      assert.match(
        thrown.error.message,
        /TypeError: .*'there'.* at stacks\/index\.ts:\d+:\d+\n[\s\S]*nothing\.there/,
      );
    } finally {
      await broken.run("down", "feature-x");
    }
  });
});
