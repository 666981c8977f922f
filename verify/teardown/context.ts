import type { CheckScope } from "../check.ts";
import type { AwsClients } from "../client/aws.ts";
import type { TeardownSnapshot } from "./snapshot.ts";

/** What the checks after a release share. */
export interface TeardownWorld {
  readonly before: TeardownSnapshot;
  readonly aws: AwsClients;
}

export type TeardownContext = CheckScope & TeardownWorld;
