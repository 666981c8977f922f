import assert from "node:assert/strict";
import { DescribeTasksCommand, ECSClient } from "@aws-sdk/client-ecs";
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { ElastiCacheClient, TestFailoverCommand } from "@aws-sdk/client-elasticache";
import { CreateExperimentTemplateCommand, FisClient, GetExperimentCommand } from "@aws-sdk/client-fis";
import { DescribeDBClustersCommand, RDSClient } from "@aws-sdk/client-rds";
import { test } from "tap";
import { readQueryInput } from "../../../local/endpoint/protocol-query.ts";
import { isRestService } from "../../../local/endpoint/protocol-rest.ts";
import { AwsError, type AwsRequest } from "../../../local/operation.ts";
import { openEndpoint } from "./started-endpoint.ts";

/** An operation that records its input, so that a test can compare it with what a real client sent. */
function keeping(seen: AwsRequest[], response: Record<string, unknown>) {
  return async (_region: unknown, request: AwsRequest) => {
    seen.push(request);
    return response;
  };
}

test("a JSON client's call arrives with its parameters, and dates come back as dates", async () => {
  const seen: AwsRequest[] = [];
  const at = new Date("2026-01-02T03:04:05.000Z");
  await using started = await openEndpoint({
    operations: { ecs: { DescribeTasks: keeping(seen, { tasks: [{ taskArn: "arn:t", createdAt: at }] }) } },
  });
  const client = new ECSClient(started.client);
  const response = await client.send(new DescribeTasksCommand({ cluster: "c", tasks: ["a", "b"] }));
  assert.deepEqual(seen[0]?.input, { cluster: "c", tasks: ["a", "b"] });
  assert.deepEqual(seen[0]?.caller, { kind: "operator" });
  assert.deepEqual(response.tasks, [{ taskArn: "arn:t", createdAt: at }]);
});

test("a Query client's numbered lists arrive as arrays, and member lists come back as arrays", async () => {
  const seen: AwsRequest[] = [];
  const groups = {
    TargetGroups: { member: [{ TargetGroupName: "one", Port: 8080 }, { TargetGroupName: "two" }] },
  };
  await using started = await openEndpoint({
    operations: {
      elasticloadbalancing: {
        DescribeTargetGroups: keeping(seen, groups),
        RegisterTargets: keeping(seen, {}),
      },
    },
  });
  const client = new ElasticLoadBalancingV2Client(started.client);
  const response = await client.send(
    new DescribeTargetGroupsCommand({ TargetGroupArns: ["arn:1", "arn:2"] }),
  );
  await client.send(
    new RegisterTargetsCommand({
      TargetGroupArn: "arn:1",
      Targets: [{ Id: "127.202.1.10", Port: 8080 }, { Id: "x" }],
    }),
  );
  assert.deepEqual(seen[0]?.input, { TargetGroupArns: ["arn:1", "arn:2"] });
  assert.deepEqual(seen[1]?.input, {
    TargetGroupArn: "arn:1",
    Targets: [{ Id: "127.202.1.10", Port: "8080" }, { Id: "x" }],
  });
  assert.deepEqual(
    response.TargetGroups?.map((group) => [group.TargetGroupName, group.Port]),
    [
      ["one", 8080],
      ["two", undefined],
    ],
  );
});

test("lists that RDS and ElastiCache name after their items arrive as arrays", async () => {
  const seen: AwsRequest[] = [];
  const member = { DBInstanceIdentifier: "writer", IsClusterWriter: true };
  const clusters = {
    DBClusters: {
      DBCluster: [{ DBClusterIdentifier: "db", DBClusterMembers: { DBClusterMember: [member] } }],
    },
  };
  await using started = await openEndpoint({
    operations: {
      rds: { DescribeDBClusters: keeping(seen, clusters) },
      elasticache: {
        TestFailover: keeping(seen, {
          ReplicationGroup: { ReplicationGroupId: "cache", Status: "available" },
        }),
      },
    },
  });
  const filters = [{ Name: "db-cluster-id", Values: ["db", "other"] }];
  const described = await new RDSClient(started.client).send(
    new DescribeDBClustersCommand({ Filters: filters }),
  );
  const failed = await new ElastiCacheClient(started.client).send(
    new TestFailoverCommand({ ReplicationGroupId: "cache", NodeGroupId: "0001" }),
  );
  assert.deepEqual(seen[0]?.input, { Filters: filters });
  assert.deepEqual(described.DBClusters?.[0]?.DBClusterMembers, [member]);
  assert.equal(failed.ReplicationGroup?.Status, "available");
});

test("a REST client's path, query and body arrive as one input", async () => {
  const seen: AwsRequest[] = [];
  await using started = await openEndpoint({
    operations: {
      fis: {
        CreateExperimentTemplate: keeping(seen, { experimentTemplate: { id: "EXT1" } }),
        GetExperiment: keeping(seen, { experiment: { id: "EXP1", state: { status: "completed" } } }),
      },
    },
  });
  const client = new FisClient(started.client);
  const made = await client.send(
    new CreateExperimentTemplateCommand({
      clientToken: "t",
      description: "kill",
      roleArn: "arn:aws:iam::1:role/r",
      stopConditions: [{ source: "none" }],
      actions: { kill: { actionId: "aws:ecs:task-kill-process", parameters: { processName: "node" } } },
      targets: {},
      tags: { a: "b" },
    }),
  );
  const seenExperiment = await client.send(new GetExperimentCommand({ id: "EXP1" }));
  assert.equal(made.experimentTemplate?.id, "EXT1");
  assert.equal(seen[0]?.input.description, "kill");
  assert.deepEqual(seen[1]?.input, { id: "EXP1" });
  assert.equal(seenExperiment.experiment?.state?.status, "completed");
});

test("a documented error arrives as that error in every protocol", async () => {
  const refuse = async () => {
    throw new AwsError("ResourceNotFoundFault", "no such thing", 404);
  };
  await using started = await openEndpoint({
    operations: {
      ecs: { DescribeTasks: refuse },
      rds: { DescribeDBClusters: refuse },
      fis: { GetExperiment: refuse },
    },
  });
  const wanted = { name: "ResourceNotFoundFault", message: "no such thing" };
  await assert.rejects(
    new ECSClient(started.client).send(new DescribeTasksCommand({ tasks: ["a"] })),
    wanted,
  );
  await assert.rejects(new RDSClient(started.client).send(new DescribeDBClustersCommand({})), wanted);
  await assert.rejects(new FisClient(started.client).send(new GetExperimentCommand({ id: "a" })), wanted);
});

test("an unknown operation is refused by name", async () => {
  await using started = await openEndpoint();
  await assert.rejects(new RDSClient(started.client).send(new DescribeDBClustersCommand({})), {
    name: "InvalidAction",
    message: /DescribeDBClusters of rds/,
  });
});

test("an error in an operation gets a response, is logged with its stack, and the endpoint continues", async () => {
  let calls = 0;
  await using started = await openEndpoint({
    operations: {
      ecs: {
        async DescribeTasks() {
          calls += 1;
          if (calls === 1) throw new TypeError("a mistake of ours");
          return { tasks: [] };
        },
      },
    },
  });
  const client = new ECSClient(started.client);
  await assert.rejects(client.send(new DescribeTasksCommand({ tasks: ["a"] })), { name: "InternalFailure" });
  assert.deepEqual((await client.send(new DescribeTasksCommand({ tasks: ["a"] }))).tasks, []);
});

test("a parameter name of any depth is refused, and no inherited name is a service", async () => {
  const form = new URLSearchParams([[Array.from({ length: 10_000 }, () => "a").join("."), "1"]]);
  assert.throws(() => readQueryInput(form), { code: "MalformedQueryString" });
  assert.deepEqual(["fis", "constructor", "toString"].map(isRestService), [true, false, false]);
});
