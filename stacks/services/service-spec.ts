import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy.ts";

/** One role of the image as a service. */
export interface ServiceSpec {
  /** Also the argument that selects the image's role. */
  readonly name: "gateway" | "admin" | "stub";
  readonly count: number;
  /** CPU units, 1024 to a vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, aws.ssm.Parameter>>;
  /** AWS actions of its own code; empty: no task role. */
  readonly permissions: readonly Statement[];
  readonly targets: aws.lb.TargetGroup;
  /** Prerequisites of a healthy first task. */
  readonly waitsFor: readonly pulumi.Resource[];
}
