import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import type { StartedProviders } from "../../../local/provider/start.ts";
import { pulumiRoot } from "../../../tools/resolve-tools.ts";
import { resolvedTools } from "../../installed-tools.ts";

/** A stack of a temporary backend, run by the real engine with attached providers. */
export interface StartedEngine {
  readonly stack: Stack;
  /** The state file on disk, with encrypted secrets. */
  readStateFile(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startEngine(
  providers: Pick<StartedProviders, "aws" | "awsx">,
  program: PulumiFn,
): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), "dmm-env-engine-"));
  try {
    return await startIn(folder, providers, program);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(
  folder: string,
  providers: Pick<StartedProviders, "aws" | "awsx">,
  program: PulumiFn,
): Promise<StartedEngine> {
  const backend = join(folder, "state");
  await mkdir(backend);
  const pulumiCommand = await PulumiCommand.get({ root: pulumiRoot(resolvedTools) });
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "dev", projectName: "provider-test", program },
    {
      pulumiCommand,
      workDir: folder,
      pulumiHome: join(folder, "home"),
      projectSettings: { name: "provider-test", runtime: "nodejs", backend: { url: `file://${backend}` } },
      envVars: {
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
        PULUMI_DEBUG_PROVIDERS: `aws:${providers.aws},awsx:${providers.awsx}`,
      },
    },
  );
  await stack.setAllConfig({ "aws:region": { value: "eu-west-1" } });
  return {
    stack,
    readStateFile: () => readFile(join(backend, ".pulumi", "stacks", "provider-test", "dev.json"), "utf8"),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The steps of an operation: `create aws:ec2/vpc:Vpc main`. */
export function collectSteps(): { readonly steps: string[]; onEvent(event: EngineEvent): void } {
  const steps: string[] = [];
  return {
    steps,
    onEvent(event) {
      const metadata = event.resourcePreEvent?.metadata;
      if (!metadata || metadata.op === "same" || metadata.type.startsWith("pulumi:")) return;
      steps.push(`${metadata.op} ${metadata.type} ${metadata.urn.split("::").slice(3).join("::")}`);
    },
  };
}
