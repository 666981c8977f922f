import type { Value } from "../../resource.ts";
import { attribute, attributes, type Fragment, type ResourceMappings, spread, together } from "./mapping.ts";

const renamed = {
  fixedResponse: "FixedResponseConfig",
  forward: "ForwardConfig",
  redirect: "RedirectConfig",
  arn: "TargetGroupArn",
  stickiness: "TargetGroupStickinessConfig",
  duration: "DurationSeconds",
  hostHeader: "HostHeaderConfig",
  httpHeader: "HttpHeaderConfig",
  httpRequestMethod: "HttpRequestMethodConfig",
  pathPattern: "PathPatternConfig",
  queryString: "QueryStringConfig",
  sourceIp: "SourceIpConfig",
};

/** Pulumi has a list of query strings where the API has an object with their values. */
function conditionsOf(value: Value): Fragment {
  const conditions = Array.isArray(value) ? value : [value];
  return {
    Conditions: conditions.map((condition) => {
      const { queryStrings, ...others } = condition as Fragment;
      return queryStrings === undefined ? others : { ...others, queryString: { Values: queryStrings } };
    }),
  };
}

/** Elastic Load Balancing v2. */
export const balancing: ResourceMappings = {
  "aws:lb/loadBalancer:LoadBalancer": {
    service: "elasticloadbalancing",
    requests: [
      {
        operation: "CreateLoadBalancer",
        properties: {
          name: "Name",
          loadBalancerType: "Type",
          securityGroups: "SecurityGroups",
          subnets: "Subnets",
          internal: (value) => ({ Scheme: value === true ? "internal" : "internet-facing" }),
          tags: "Tags",
        },
      },
      {
        operation: "ModifyLoadBalancerAttributes",
        properties: {
          idleTimeout: attribute("idle_timeout.timeout_seconds"),
          clientKeepAlive: attribute("client_keep_alive.seconds"),
          dropInvalidHeaderFields: attribute("routing.http.drop_invalid_header_fields.enabled"),
          enableDeletionProtection: attribute("deletion_protection.enabled"),
          desyncMitigationMode: attribute("routing.http.desync_mitigation_mode"),
          accessLogs: attributes({
            enabled: "access_logs.s3.enabled",
            bucket: "access_logs.s3.bucket",
            prefix: "access_logs.s3.prefix",
          }),
        },
        assigned: ["LoadBalancerArn"],
      },
    ],
  },
  "aws:lb/targetGroup:TargetGroup": {
    service: "elasticloadbalancing",
    requests: [
      {
        operation: "CreateTargetGroup",
        properties: {
          name: "Name",
          port: "Port",
          protocol: "Protocol",
          protocolVersion: "ProtocolVersion",
          targetType: "TargetType",
          vpcId: "VpcId",
          healthCheck: spread({
            enabled: "HealthCheckEnabled",
            path: "HealthCheckPath",
            port: "HealthCheckPort",
            protocol: "HealthCheckProtocol",
            interval: "HealthCheckIntervalSeconds",
            timeout: "HealthCheckTimeoutSeconds",
            healthyThreshold: "HealthyThresholdCount",
            unhealthyThreshold: "UnhealthyThresholdCount",
            matcher: "Matcher.HttpCode",
          }),
          tags: "Tags",
        },
      },
      {
        operation: "ModifyTargetGroupAttributes",
        properties: {
          slowStart: attribute("slow_start.duration_seconds"),
          deregistrationDelay: attribute("deregistration_delay.timeout_seconds"),
          loadBalancingAlgorithmType: attribute("load_balancing.algorithm.type"),
          stickiness: attributes({
            enabled: "stickiness.enabled",
            type: "stickiness.type",
            cookieDuration: "stickiness.lb_cookie.duration_seconds",
            cookieName: "stickiness.app_cookie.cookie_name",
          }),
        },
        assigned: ["TargetGroupArn"],
      },
    ],
  },
  "aws:lb/listener:Listener": {
    service: "elasticloadbalancing",
    requests: [
      {
        operation: "CreateListener",
        properties: {
          loadBalancerArn: "LoadBalancerArn",
          port: "Port",
          protocol: "Protocol",
          sslPolicy: "SslPolicy",
          certificateArn: (value) => ({ Certificates: [{ CertificateArn: value }] }),
          mutualAuthentication: "MutualAuthentication",
          defaultActions: "DefaultActions",
          tags: "Tags",
        },
      },
    ],
    renamed,
  },
  "aws:lb/listenerRule:ListenerRule": {
    service: "elasticloadbalancing",
    requests: [
      {
        operation: "CreateRule",
        properties: {
          listenerArn: "ListenerArn",
          priority: "Priority",
          conditions: conditionsOf,
          actions: "Actions",
          tags: "Tags",
        },
        // The provider takes the first free one.
        defaults: { Priority: 1 },
      },
    ],
    renamed,
  },
  "aws:lb/trustStore:TrustStore": {
    service: "elasticloadbalancing",
    requests: [
      {
        operation: "CreateTrustStore",
        properties: {
          name: "Name",
          caCertificatesBundleS3Bucket: "CaCertificatesBundleS3Bucket",
          caCertificatesBundleS3Key: "CaCertificatesBundleS3Key",
          caCertificatesBundleS3ObjectVersion: "CaCertificatesBundleS3ObjectVersion",
          tags: "Tags",
        },
      },
    ],
  },
  "aws:lb/trustStoreRevocation:TrustStoreRevocation": {
    service: "elasticloadbalancing",
    requests: [
      {
        operation: "AddTrustStoreRevocations",
        properties: {
          trustStoreArn: "TrustStoreArn",
          revocationsS3Bucket: (bucket, { revocationsS3Key }) => ({
            RevocationContents: [{ S3Bucket: bucket, S3Key: revocationsS3Key }],
          }),
          revocationsS3Key: together,
        },
      },
    ],
  },
};
