import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { test } from "tap";
import { startMoto, waitForMoto } from "../../../local/moto.ts";
import { handlers } from "../../../local/services.ts";
import { waitUntil } from "../../wait-until.ts";
import { openEndpoint } from "./started-endpoint.ts";

const logGroupType = "aws:cloudwatch/logGroup:LogGroup";

test("the program's resources are known behind the endpoint, whenever moto was started", {
  timeout: 60_000,
}, async () => {
  await using started = await openEndpoint();
  const { region, client } = started;
  const group = await started.create(logGroupType, "g", {
    name: "/x/gateway",
    retentionInDays: 7,
    tags: { a: "b" },
  });
  await started.create("aws:sns/topic:Topic", "t", { name: "x-alarms" });
  await started.create("aws:cloudwatch/metricAlarm:MetricAlarm", "a", {
    name: "x-errors",
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
    threshold: 5,
    namespace: "AWS/ApplicationELB",
    metricName: "HTTPCode_ELB_5XX_Count",
    dimensions: { LoadBalancer: "app/x/1" },
    statistic: "Sum",
    period: 60,
    alarmActions: [`arn:aws:sns:eu-west-1:${region.accountId}:x-alarms`],
  });
  startMoto(region);
  const logs = new CloudWatchLogsClient(client);
  const describe = async () => (await logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? [];
  const [found] = await describe();
  assert.equal(found?.logGroupName, "/x/gateway");
  assert.equal(found?.retentionInDays, 7);
  await logs.send(new CreateLogStreamCommand({ logGroupName: "/x/gateway", logStreamName: "s" }));
  const logEvents = [{ timestamp: Date.now(), message: "hello" }];
  await logs.send(new PutLogEventsCommand({ logGroupName: "/x/gateway", logStreamName: "s", logEvents }));

  const cloudWatch = new CloudWatchClient(client);
  const alarms = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ["x-errors"] }));
  assert.equal(alarms.MetricAlarms?.[0]?.Threshold, 5);
  assert.deepEqual(alarms.MetricAlarms?.[0]?.Dimensions, [{ Name: "LoadBalancer", Value: "app/x/1" }]);
  await cloudWatch.send(
    new PutMetricDataCommand({ Namespace: "x", MetricData: [{ MetricName: "m", Value: 1 }] }),
  );

  const life = await waitForMoto(region);
  region.supervisor.get("moto")?.kill("SIGKILL");
  await waitUntil("moto's next life", async () => (await waitForMoto(region)) > life);
  assert.equal((await describe())[0]?.logGroupName, "/x/gateway");

  const handler = handlers.find(({ type }) => type === logGroupType);
  assert.deepEqual(await handler?.read?.(region, group), {});
  await logs.send(new DeleteLogGroupCommand({ logGroupName: "/x/gateway" }));
  assert.equal(await handler?.read?.(region, group), undefined);
});

test("another program on moto's port of every address gets no request", {
  timeout: 60_000,
}, async () => {
  let asked = 0;
  const foreign = createServer((_request, response) => {
    asked += 1;
    response.end("not moto");
  });
  foreign.listen(5000, "0.0.0.0");
  // If this machine already has such a program, the test uses that one.
  await once(foreign, "listening").catch(() => undefined);
  try {
    await using started = await openEndpoint();
    const { region, client } = started;
    startMoto(region);
    await waitForMoto(region);
    const logs = new CloudWatchLogsClient(client);
    assert.deepEqual((await logs.send(new DescribeLogGroupsCommand({}))).logGroups, []);
    assert.equal(asked, 0);
  } finally {
    foreign.close();
  }
});
