import type { CheckScope } from "../check.ts";
import type { AwsClients } from "../client/aws.ts";
import type { ReleaseSnapshot } from "./snapshot.ts";

/** What the checks after a release share. */
export interface ReleaseWorld {
  readonly before: ReleaseSnapshot;
  readonly aws: AwsClients;
}

export type ReleaseContext = CheckScope & ReleaseWorld;
