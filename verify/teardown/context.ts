import type { CheckScope } from "../check.ts";
import type { AwsClients } from "../client/aws.ts";
import type { TeardownSnapshot } from "./snapshot.ts";

/** Shared by the checks after a teardown. */
export interface TeardownWorld {
  readonly before: TeardownSnapshot;
  readonly aws: AwsClients;
}

export type TeardownContext = CheckScope & TeardownWorld;
