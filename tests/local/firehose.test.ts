import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  PutRecordBatchCommand,
  PutRecordCommand,
} from "@aws-sdk/client-firehose";
import { test } from "tap";
import { createRegion } from "../../local/daemon/region.ts";
import { renderKey } from "../../local/firehose/delivery.ts";
import { objectsOf } from "../../local/s3/objects.ts";
import { flushServices, handlers } from "../../local/services.ts";
import { waitUntil } from "../wait-until.ts";
import { tools } from "./daemon/started-region.ts";
import { openEndpoint, type StartedEndpoint } from "./endpoint/started-endpoint.ts";

const streamType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";

async function openStream(started: StartedEndpoint, settings: Record<string, string | number> = {}) {
  const trust = {
    Statement: [
      { Effect: "Allow", Principal: { Service: "firehose.amazonaws.com" }, Action: "sts:AssumeRole" },
    ],
  };
  await started.create("aws:s3/bucket:Bucket", "logs", { bucket: "logs" });
  const role = await started.create("aws:iam/role:Role", "r", {
    name: "delivery",
    assumeRolePolicy: JSON.stringify(trust),
  });
  const policy = {
    Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::logs/*" }],
  };
  const inline = await started.create("aws:iam/rolePolicy:RolePolicy", "p", {
    name: "p",
    role: "delivery",
    policy: JSON.stringify(policy),
  });
  const stream = await started.create(streamType, "access", {
    name: "access",
    destination: "extended_s3",
    extendedS3Configuration: {
      roleArn: String(role.outputs.arn),
      bucketArn: "arn:aws:s3:::logs",
      prefix: "access/",
      compressionFormat: "GZIP",
      bufferingInterval: 60,
      ...settings,
    },
  });
  return { stream, inline, firehose: new FirehoseClient(started.client), objects: objectsOf(started.region) };
}

const record = (text: string) => ({ Data: Buffer.from(text) });

test("records are buffered and delivered together, compressed, under the time of day", async () => {
  await using started = await openEndpoint();
  const { firehose, objects } = await openStream(started);
  await firehose.send(new PutRecordCommand({ DeliveryStreamName: "access", Record: record("one\n") }));
  const Records = [record("two\n"), record("three\n")];
  const response = await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: "access", Records }));
  assert.equal(response.FailedPutCount, 0);
  assert.equal(objects.list("logs").length, 0);
  await flushServices(started.region);
  const [object] = objects.list("logs");
  assert.match(object?.key ?? "", /^access\/\d{4}\/\d\d\/\d\d\/\d\d\/access-1-.*\.gz$/);
  const content = objects.read("logs", object?.key ?? "")?.body ?? Buffer.alloc(0);
  assert.equal(gunzipSync(content).toString(), "one\ntwo\nthree\n");
});

test("a buffer is delivered automatically when it is old, and when it is full", async () => {
  await using started = await openEndpoint();
  const { firehose, objects } = await openStream(started, { bufferingInterval: 1, bufferingSize: 1 });
  await firehose.send(new PutRecordCommand({ DeliveryStreamName: "access", Record: record("old") }));
  await waitUntil("delivery by age", () => objects.list("logs").length === 1);
  const Records = [record("x".repeat(600_000)), record("x".repeat(600_000))];
  await firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: "access", Records }));
  await waitUntil("delivery by size", () => objects.list("logs").length === 2, 500);
});

test("records that the stream's role may not write are kept until it may", async () => {
  await using started = await openEndpoint();
  const { firehose, objects, inline } = await openStream(started);
  await started.remove(inline);
  await firehose.send(new PutRecordCommand({ DeliveryStreamName: "access", Record: record("kept") }));
  await flushServices(started.region);
  assert.equal(objects.list("logs").length, 0);
  await started.create(inline.type, "p", inline.inputs);
  await flushServices(started.region);
  assert.equal(objects.list("logs").length, 1);
});

test("accepted records are delivered after a restart of the region", async () => {
  await using started = await openEndpoint();
  const { firehose, stream } = await openStream(started, { bufferingInterval: 0 });
  const { region } = started;
  await started.update(stream, {
    ...stream.inputs,
    extendedS3Configuration: { ...(stream.inputs.extendedS3Configuration as object), bufferingInterval: 900 },
  });
  await firehose.send(new PutRecordCommand({ DeliveryStreamName: "access", Record: record("survivor") }));
  const { directory, network, name } = region;
  const second = await createRegion({ directory, network, name, tools, images: {} });
  await handlers.find(({ type }) => type === streamType)?.restore?.(second, stream);
  await waitUntil("delivery after the restart", () => objectsOf(second).list("logs").length === 1);
  await second.close();
});

test("a stream without its bucket or role is refused, and an unknown stream is named", async () => {
  await using started = await openEndpoint();
  const { firehose, stream } = await openStream(started);
  const broken = {
    ...stream.inputs,
    name: "b",
    extendedS3Configuration: { roleArn: "arn:x", bucketArn: "arn:aws:s3:::logs" },
  };
  await assert.rejects(started.create(streamType, "b", broken), {
    code: "InvalidArgumentException",
    message: /arn:x/,
  });
  const put = new PutRecordCommand({ DeliveryStreamName: "other", Record: record("x") });
  await assert.rejects(firehose.send(put), { name: "ResourceNotFoundException", message: /other/ });
  const described = await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: "access" }));
  assert.equal(described.DeliveryStreamDescription?.DeliveryStreamStatus, "ACTIVE");
});

test("a prefix with expressions is used unchanged", async () => {
  const destination = { stream: "s", bucket: "b", roleArn: "r", compressed: false };
  const moment = new Date("2026-03-04T05:06:07Z");
  assert.match(
    renderKey({ ...destination, prefix: "day=!{timestamp:yyyy-MM-dd}/" }, moment),
    /^day=2026-03-04\/s-1-2026-/,
  );
  assert.match(renderKey({ ...destination, prefix: "plain" }, moment), /^plain2026\/03\/04\/05\/s-1-/);
});
