import { gunzipSync } from "node:zlib";
import type { CheckContext } from "../check.ts";
import { parseObject } from "../client/admin.ts";
import { waitUntil } from "../client/wait.ts";
import { VerifyError } from "../errors.ts";

/** One line of the access log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Everything that was delivered since a check began. */
export interface DeliveredLog {
  readonly text: string;
  /** By request id. */
  readonly lines: ReadonlyMap<string, LogLine>;
}

/** Firehose accepts at most 1,000 KiB in a record and 4 MiB in a call; readers of the log ignore empty lines. */
const filler = Buffer.alloc(1_000_000, "\n");
const fillerRecords = 3;
/** How long the gateway may buffer lines before it passes them to Firehose. */
const gatheredMs = 1_500;
/** An object is dated by S3's clock, in whole seconds. */
const clockSlackMs = 5_000;

/**
 * Waits until the lines of all these requests are in the bucket, up to a time limit: the stream's own interval
 * plus the profile's tolerance. A short run fills the buffer instead of waiting for the interval.
 */
export async function waitForLines(
  context: CheckContext,
  requestIds: readonly string[],
  since: number,
): Promise<DeliveredLog> {
  const stream = await readStream(context);
  const { deliverWithinMs, fillsDelivery } = context.profile;
  const withinMs = gatheredMs + stream.intervalMs + deliverWithinMs[context.target.kind];
  context.progress(`waiting up to ${Math.round(withinMs / 1_000)} s for the access log`);
  const seen = new Map<string, string>();
  let fillAt = Date.now() + gatheredMs;
  const read = async (): Promise<DeliveredLog> => {
    await readObjects(context, stream.prefix, { since: since - clockSlackMs, seen });
    return parseLog([...seen.values()].join("\n"));
  };
  const findLog = async (): Promise<DeliveredLog | undefined> => {
    if (fillsDelivery && Date.now() >= fillAt) {
      await fillBuffer(context, stream.sizeBytes);
      // Repeated only if the lines arrived later than that.
      fillAt += 10 * gatheredMs;
    }
    const log = await read();
    return requestIds.every((id) => log.lines.has(id)) ? log : undefined;
  };
  try {
    const everyMs = context.target.kind === "local" ? 200 : 2_000;
    return await waitUntil("the access log", findLog, { withinMs, everyMs, signal: context.signal });
  } catch (error) {
    if (error instanceof VerifyError && error.code === "DMM_VERIFY_TIME_OVER") return await read();
    throw error;
  } finally {
    context.evidence.record("delivery", { ...stream, fillsDelivery, objects: [...seen.keys()] });
  }
}

interface Stream {
  readonly prefix: string;
  readonly intervalMs: number;
  readonly sizeBytes: number;
}

async function readStream(context: CheckContext): Promise<Stream> {
  const { deliveryStream } = context.target.outputs.logs;
  const firehose = await context.aws.firehose();
  const response = await firehose.describeDeliveryStream({ DeliveryStreamName: deliveryStream });
  const s3 = response.DeliveryStreamDescription?.Destinations?.[0]?.ExtendedS3DestinationDescription;
  const { IntervalInSeconds: seconds, SizeInMBs: megabytes } = s3?.BufferingHints ?? {};
  if (seconds === undefined || megabytes === undefined)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `${deliveryStream} has no S3 destination with buffering`,
    });
  return { prefix: s3?.Prefix ?? "", intervalMs: seconds * 1_000, sizeBytes: megabytes * 1024 * 1024 };
}

async function fillBuffer(context: CheckContext, sizeBytes: number): Promise<void> {
  const firehose = await context.aws.firehose();
  for (let sent = 0; sent <= sizeBytes; sent += fillerRecords * filler.length) {
    await firehose.putRecordBatch({
      DeliveryStreamName: context.target.outputs.logs.deliveryStream,
      Records: Array.from({ length: fillerRecords }, () => ({ Data: filler })),
    });
  }
}

/** Adds new objects, by key. */
async function readObjects(
  context: CheckContext,
  prefix: string,
  { since, seen }: { readonly since: number; readonly seen: Map<string, string> },
): Promise<void> {
  const s3 = await context.aws.s3();
  const { bucket } = context.target.outputs.logs;
  let token: string | undefined;
  do {
    const page = await s3.listObjectsV2({
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    for (const { Key: key, LastModified: modified } of page.Contents ?? []) {
      if (key === undefined || seen.has(key) || (modified?.getTime() ?? 0) < since) continue;
      const object = await s3.getObject({ Bucket: bucket, Key: key });
      const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
      const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
      seen.set(key, (isGzip ? gunzipSync(bytes) : bytes).toString("utf8").replace(/\n{2,}/g, "\n"));
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function parseLog(text: string): DeliveredLog {
  const lines = new Map<string, LogLine>();
  for (const line of text.split("\n")) {
    const fields = parseObject(line);
    if (typeof fields.requestId === "string") lines.set(fields.requestId, fields);
  }
  return { text, lines };
}
