import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { t, test } from "tap";
import { startProviders } from "../../local/provider/start.ts";
import { handlers } from "../../local/registry.ts";
import { program } from "../../stacks/index.ts";
import { installedTool } from "../installed-tools.ts";
import { startEngine } from "../local/provider/engine.ts";
import { createMemoryRegion } from "../local/provider/memory-region.ts";
import { deploy, environmentConfig, productionConfig } from "./deployed.ts";
import { startLanguageHost } from "./language-host.ts";

const root = join(import.meta.dirname, "..", "..");
const providers = await startProviders(createMemoryRegion(), handlers);
t.teardown(() => providers.close());

test("the local region supports every type and every input that the program uses", async () => {
  const known = new Map(handlers.map(({ type, inputs }) => [type, inputs]));
  const unknown = new Set<string>();
  for (const config of [environmentConfig, productionConfig]) {
    for (const { type, inputs } of (await deploy(config)).resources) {
      if (!type.startsWith("aws:")) continue;
      if (!known.has(type)) unknown.add(type);
      for (const input of Object.keys(inputs)) {
        if (known.has(type) && !known.get(type)?.includes(input)) unknown.add(`${type} ${input}`);
      }
    }
  }
  assert.deepEqual([...unknown].sort(), []);
});

test("an inline preview of an environment contains only creations, without a warning", async () => {
  await using engine = await startEngine(providers, program);
  const config = Object.entries(environmentConfig).map(([key, value]) => [`dmm-env:${key}`, { value }]);
  await engine.stack.setAllConfig(Object.fromEntries(config));
  const preview = await engine.stack.preview();
  assert.deepEqual(Object.keys(preview.changeSummary), ["create"]);
  assert.ok((preview.changeSummary.create ?? 0) > 150, `${preview.changeSummary.create} resources`);
  assert.doesNotMatch(preview.stdout, /warning/i);
});

test("a plain pulumi preview works on Pulumi.yaml and Pulumi.production.yaml, with an image that is there", async () => {
  const folder = await copyProject();
  const host = await startLanguageHost();
  try {
    const pulumi = runPulumi(folder);
    await pulumi("stack", "init", "production");
    await pulumi("config", "set", "dmm-env:image", productionConfig.image ?? "", "--stack", "production");
    const client = `--client=127.0.0.1:${host.port}`;
    const { stdout } = await pulumi("preview", "--stack", "production", "--non-interactive", client);
    assert.match(stdout, /Resources:\n\s+\+ 1\d\d to create/);
    assert.match(stdout, /domain +: "api\.example\.com"/);
  } finally {
    host.close();
    await rm(folder, { recursive: true, force: true });
  }
});

/** `stack init` writes into the stack's file, so the project's files are copies; the program is the real one. */
async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dmm-env-plain-"));
  await mkdir(join(folder, "state"));
  for (const file of ["Pulumi.yaml", "Pulumi.production.yaml", "package.json"])
    await cp(join(root, file), join(folder, file));
  for (const name of ["stacks", "node_modules"]) await symlink(join(root, name), join(folder, name));
  return folder;
}

function runPulumi(folder: string) {
  const env = {
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_PROVIDERS: `aws:${providers.aws},awsx:${providers.awsx}`,
  };
  return (...parameters: string[]) =>
    execa(installedTool("pulumi").command, parameters, { cwd: folder, env, stdin: "ignore" });
}
