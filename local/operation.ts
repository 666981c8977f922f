import type { Region } from "./region.ts";

/** One call to an AWS API, parsed. */
export interface AwsRequest {
  /** Signing name of the service: `ecs`, `elasticloadbalancing`, `rds`, `elasticache`, `fis`, `ssm`, `kms`, … */
  readonly service: string;
  /** For example `DescribeTasks`. REST services (fis, s3) use the names of the API reference too. */
  readonly operation: string;
  /** Parameters by the API's own names; lists are arrays in every protocol. */
  readonly input: Record<string, unknown>;
  /** The caller: the operator, or the role of one ECS task. */
  readonly caller:
    | { readonly kind: "operator" }
    | { readonly kind: "task"; readonly taskArn: string; readonly roleArn: string };
}

/**
 * Implements one operation; returns the API's own output shape. For Query services (`elasticloadbalancing`, `rds`,
 * `elasticache`) lists are in XML form: `{ TargetGroups: { member: [...] } }`. Throws {@link AwsError} for a
 * documented error.
 */
export type Operation = (region: Region, request: AwsRequest) => Promise<Record<string, unknown>>;

/** Operations of one service that the region implements, by name; any other is forwarded to moto or refused. */
export type Operations = Readonly<Record<string, Operation>>;

/** An error that an AWS API documents. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.status = status;
  }
}
