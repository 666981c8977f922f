import type { Region } from "./region.ts";

/** One call to an AWS API, already taken off the wire. */
export interface AwsRequest {
  /** Signing name of the service: `ecs`, `elasticloadbalancing`, `rds`, `elasticache`, `fis`, `ssm`, `kms`, … */
  readonly service: string;
  /** For example `DescribeTasks`. REST services (fis, s3) use the names of the API reference too. */
  readonly operation: string;
  /** Parameters by the API's own names; lists are arrays in every protocol. */
  readonly input: Record<string, unknown>;
  /** Who calls: the operator, or the role of one ECS task. */
  readonly caller:
    | { readonly kind: "operator" }
    | { readonly kind: "task"; readonly taskArn: string; readonly roleArn: string };
}

/**
 * Answers one operation with the API's own output shape. For Query services (`elasticloadbalancing`, `rds`,
 * `elasticache`) lists are written as the XML wants them: `{ TargetGroups: { member: [...] } }`.
 * Throws {@link AwsError} for an answer that the API documents as an error.
 */
export type Operation = (region: Region, request: AwsRequest) => Promise<Record<string, unknown>>;

/** Operations of one service that the region answers itself, by name; everything else goes to moto or is refused. */
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
