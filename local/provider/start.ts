import { listen } from "../pulumi-protocol/protocol.ts";
import type { Region } from "../region.ts";
import type { ResourceHandler } from "../resource-handler.ts";
import { createAwsService } from "./aws.ts";
import { createAwsxService } from "./awsx.ts";

/** Loopback ports of the providers, for `PULUMI_DEBUG_PROVIDERS=aws:PORT,awsx:PORT`. */
export interface StartedProviders {
  readonly aws: number;
  readonly awsx: number;
  close(): Promise<void>;
}

/** Serves the providers `aws` and `awsx` for one region; they outlive the engines that attach to them. */
export async function startProviders(
  region: Region,
  handlers: readonly ResourceHandler[],
): Promise<StartedProviders> {
  const [aws, awsx] = await Promise.all([
    listen(createAwsService(region, handlers)),
    listen(createAwsxService(region)),
  ]);
  return {
    aws: aws.port,
    awsx: awsx.port,
    async close() {
      await Promise.all([aws.close(), awsx.close()]);
    },
  };
}
