import assert from "node:assert/strict";
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { test } from "tap";
import { openEndpoint } from "../endpoint/started-endpoint.ts";

const trust = JSON.stringify({
  Statement: [{ Effect: "Allow", Principal: { Service: "x" }, Action: "sts:AssumeRole" }],
});

test("everything with a tag is found by it, page after page, and nothing else", async () => {
  await using started = await openEndpoint();
  const tags = { "dmm:environment": "x" };
  await started.create("aws:s3/bucket:Bucket", "b", { bucket: "x-logs", tags });
  await started.create("aws:kms/key:Key", "k", { tags });
  await started.create("aws:sns/topic:Topic", "t", { name: "x-alarms", tags });
  await started.create("aws:sns/topic:Topic", "o", { name: "other", tags: { "dmm:environment": "other" } });
  await started.create("aws:sns/topic:Topic", "n", { name: "untagged" });
  const client = new ResourceGroupsTaggingAPIClient(started.client);
  const TagFilters = [{ Key: "dmm:environment", Values: ["x"] }];
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new GetResourcesCommand({ TagFilters, ResourcesPerPage: 2, PaginationToken: token }),
    );
    found.push(...(page.ResourceTagMappingList ?? []).map((entry) => entry.ResourceARN ?? ""));
    token = page.PaginationToken || undefined;
  } while (token);
  assert.deepEqual(
    found.map((arn) => arn.split(":")[2]),
    ["s3", "kms", "sns"],
  );
  const keys = await client.send(new GetResourcesCommand({ TagFilters, ResourceTypeFilters: ["kms:key"] }));
  assert.equal(keys.ResourceTagMappingList?.length, 1);
});

test("IAM returns what is evaluated for tasks", async () => {
  await using started = await openEndpoint();
  const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] });
  const policyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
  const role = await started.create("aws:iam/role:Role", "r", { name: "r", assumeRolePolicy: trust });
  await started.create("aws:iam/rolePolicy:RolePolicy", "p", { name: "p", role: "r", policy });
  await started.create("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", { role: "r", policyArn });
  const iam = new IAMClient(started.client);
  assert.equal((await iam.send(new GetRoleCommand({ RoleName: "r" }))).Role?.Arn, role.outputs.arn);
  const inline = await iam.send(new GetRolePolicyCommand({ RoleName: "r", PolicyName: "p" }));
  assert.equal(decodeURIComponent(inline.PolicyDocument ?? ""), policy);
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "r" }));
  assert.deepEqual(
    attached.AttachedPolicies?.map((entry) => entry.PolicyArn),
    [policyArn],
  );
  await assert.rejects(started.remove(role), { code: "DeleteConflict", message: /r:p/ });
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: "nobody" })), {
    name: "NoSuchEntityException",
  });
});
