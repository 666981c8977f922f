import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../policy.ts";

/** One role of the image as a service. */
export interface ServiceSpec {
  /** Also the argument by which the image knows its role. */
  readonly name: "gateway" | "admin" | "stub";
  readonly count: number;
  /** CPU units, 1024 to a vCPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<string, aws.ssm.Parameter>>;
  /** AWS actions of its own code; empty: it gets no role. */
  readonly permissions: readonly Statement[];
  readonly targets: aws.lb.TargetGroup;
  /** What must be there before the first task can become healthy. */
  readonly waitsFor: readonly pulumi.Resource[];
}
