import type { FirehoseClient } from "@aws-sdk/client-firehose";
import { awsLimits } from "../aws-timeouts.ts";
import type { Deliver } from "./access-log.ts";

/**
 * Delivers to a Firehose stream. The SDK is loaded with the first batch, so that it does not slow the start down.
 */
export function createFirehoseDelivery(streamName: string): Deliver {
  let client: FirehoseClient | undefined;
  return async (records) => {
    const { FirehoseClient, PutRecordBatchCommand } = await import("@aws-sdk/client-firehose");
    client ??= new FirehoseClient({ ...awsLimits, maxAttempts: 1 });
    let waiting = records.map((record) => ({ Data: Buffer.from(record) }));
    // A call may fail partially; only the failed records are sent again.
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const response = await client.send(
        new PutRecordBatchCommand({ DeliveryStreamName: streamName, Records: waiting }),
      );
      if ((response.FailedPutCount ?? 0) === 0) return;
      waiting = waiting.filter(
        (_record, index) => response.RequestResponses?.[index]?.ErrorCode !== undefined,
      );
      if (attempt === 3) throw new Error(`${streamName} rejected ${waiting.length} records.`);
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
    }
  };
}
