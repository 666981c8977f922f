import type { Properties, Value } from "../../resource.ts";
import { type Fragment, membersOf, type ResourceMappings, together } from "./mapping.ts";

function recordSetOf({ name, type, ttl, records, aliases }: Properties): Fragment {
  const { name: target, zoneId, evaluateTargetHealth } = membersOf(aliases);
  return {
    Name: name,
    Type: type,
    ...(ttl !== undefined && { TTL: ttl }),
    ...(Array.isArray(records) && { ResourceRecords: records.map((record: Value) => ({ Value: record })) }),
    ...(target !== undefined && {
      AliasTarget: { DNSName: target, HostedZoneId: zoneId, EvaluateTargetHealth: evaluateTargetHealth },
    }),
  };
}

/** Identity and Access Management, certificates and names. */
export const identity: ResourceMappings = {
  "aws:iam/role:Role": {
    service: "iam",
    requests: [
      {
        operation: "CreateRole",
        properties: {
          name: "RoleName",
          assumeRolePolicy: "AssumeRolePolicyDocument",
          description: "Description",
          path: "Path",
          maxSessionDuration: "MaxSessionDuration",
          permissionsBoundary: "PermissionsBoundary",
          tags: "Tags",
        },
      },
    ],
    provider: { forceDetachPolicies: "detaches policies before the role is deleted" },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    service: "iam",
    requests: [
      {
        operation: "PutRolePolicy",
        properties: { name: "PolicyName", role: "RoleName", policy: "PolicyDocument" },
      },
    ],
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    service: "iam",
    requests: [{ operation: "AttachRolePolicy", properties: { role: "RoleName", policyArn: "PolicyArn" } }],
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    service: "iam",
    requests: [
      {
        operation: "CreateInstanceProfile",
        properties: { name: "InstanceProfileName", path: "Path", tags: "Tags" },
      },
      {
        operation: "AddRoleToInstanceProfile",
        properties: { role: "RoleName" },
        assigned: ["InstanceProfileName"],
      },
    ],
  },
  "aws:acm/certificate:Certificate": {
    service: "acm",
    requests: [
      {
        operation: "RequestCertificate",
        properties: {
          domainName: "DomainName",
          subjectAlternativeNames: "SubjectAlternativeNames",
          validationMethod: "ValidationMethod",
          keyAlgorithm: "KeyAlgorithm",
          options: "Options",
          tags: "Tags",
        },
      },
    ],
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    service: "acm",
    requests: [{ operation: "DescribeCertificate", properties: { certificateArn: "CertificateArn" } }],
    provider: { validationRecordFqdns: "names the records that the provider waits for" },
  },
  "aws:route53/record:Record": {
    service: "route53",
    requests: [
      {
        operation: "ChangeResourceRecordSets",
        properties: {
          zoneId: "HostedZoneId",
          name: (_name, inputs) => ({
            ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: recordSetOf(inputs) }] },
          }),
          type: together,
          records: together,
          ttl: together,
          aliases: together,
        },
      },
    ],
    provider: { allowOverwrite: "changes an existing record instead of creating one" },
  },
};
