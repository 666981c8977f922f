import assert from "node:assert/strict";
import { test } from "node:test";
import * as awsx from "@pulumi/awsx";
import { realisations } from "../../../local/network/index.ts";
import { startProviders } from "../../../local/provider/start.ts";
import { collectSteps, startEngine } from "./engine.ts";
import { createMemoryRegion } from "./memory-region.ts";

test("try", async () => {
  const region = createMemoryRegion();
  const providers = await startProviders(region, realisations);
  await using engine = await startEngine(providers, async () => {
    const vpc = new awsx.ec2.Vpc("main", {
      cidrBlock: "10.1.0.0/16",
      subnetStrategy: "Auto",
      subnetSpecs: [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }],
      enableDnsHostnames: true,
      tags: { a: "b" },
    });
    return {
      vpcId: vpc.vpcId,
      pub: vpc.publicSubnetIds,
      a: vpc.routeTableAssociations.apply((l) => l.map((x) => x.subnetId)),
      layout: vpc.subnetLayout,
      eips: vpc.eips.apply((e) => e.map((x) => x.publicIp)),
    };
  });
  try {
    const t0 = Date.now();
    const preview = await engine.stack.preview();
    console.log(preview.stdout, preview.stderr, preview.changeSummary, Date.now() - t0);
    const seen = collectSteps();
    const t1 = Date.now();
    const up = await engine.stack.up({ onEvent: seen.onEvent });
    console.log(up.stdout, up.stderr, seen.steps, up.outputs, Date.now() - t1);
    const again = await engine.stack.preview();
    console.log(again.changeSummary, again.stdout);
    const r = await engine.stack.refresh();
    console.log(r.summary);
    const d = await engine.stack.destroy();
    console.log(d.summary.resourceChanges);
    console.log(region.resources.everything(), region.logged);
  } finally {
    await providers.close();
  }
  assert.ok(true);
});
