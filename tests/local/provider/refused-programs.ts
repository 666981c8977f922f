import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { startEngine } from "./engine.ts";

/**
 * Runs programs that the providers at the two given ports refuse, one after the other, and prints the engine's
 * diagnostics of each as one JSON object. A separate process, because Pulumi's SDK rejects some promises of a
 * failed program only after the command has ended.
 */
const programs: Readonly<Record<string, PulumiFn>> = {
  async type() {
    new aws.sqs.Queue("queue", {});
  },
  async properties() {
    new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", ipv6IpamPoolId: "pool", region: "us-east-1" });
  },
  async values() {
    new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.1/8", instanceTenancy: "host" });
  },
  async secret() {
    new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", ipv6IpamPoolId: pulumi.secret("correct horse") });
  },
  async reference() {
    new aws.ec2.Subnet("subnet", { vpcId: "vpc-0123", cidrBlock: "10.0.0.0/24" });
  },
  async models() {
    const description = "für alle";
    new aws.ec2.SecurityGroup("group", { name: "group", description, vpcId: "vpc-0123" });
  },
  async invoke() {
    await aws.ec2.getAmi({ owners: ["self"] });
  },
  async component() {
    new awsx.ec2.Vpc("main", { cidrBlock: "10.0.0.0/99", subnetStrategy: "Auto", vpcEndpointSpecs: [] });
  },
  async region() {
    new aws.ec2.Vpc(
      "vpc",
      { cidrBlock: "10.0.0.0/16" },
      { provider: new aws.Provider("other", { region: "us-east-1" }) },
    );
  },
};

process.on("unhandledRejection", () => {});
const [awsPort, awsxPort] = process.argv.slice(2).map(Number);
const told: Record<string, string> = {};
await using engine = await startEngine({ aws: awsPort ?? 0, awsx: awsxPort ?? 0 }, async () => {});
for (const [name, program] of Object.entries(programs)) {
  engine.stack.workspace.program = program;
  try {
    await engine.stack.up();
    told[name] = "";
  } catch (error) {
    told[name] = (error as Error).message.split("Diagnostics:").slice(1).join("\n");
  }
}
process.stdout.write(JSON.stringify(told));
