import assert from "node:assert/strict";
import { test } from "tap";
import { arnOf, type Deployed, deploy, environmentConfig, productionConfig } from "./deployed.ts";

const environment = await deploy({ ...environmentConfig, drainSeconds: "45" });
const production = await deploy(productionConfig);

const listener = "aws:lb/listener:Listener";
const arn = (name: string) => `arn:aws:mock:eu-west-1:123456789012:${name}`;

test("the ingress listens on 443 only, with TLS 1.2 or newer", async () => {
  const outer = environment.all(listener).filter((it) => it.inputs.loadBalancerArn === arn("ingress"));
  assert.deepEqual(
    outer.map(({ inputs }) => [inputs.port, inputs.protocol]),
    [[443, "HTTPS"]],
  );
  assert.match(outer[0]?.inputs.sslPolicy, /^ELBSecurityPolicy-TLS13-1-[23]-/);
  assert.equal(outer[0]?.inputs.certificateArn, arnOf("aws:acm/certificate:Certificate", "ingress"));
});

test("another port is that of the listener, of its security group and of every address", async () => {
  const shifted = await deploy({ ...environmentConfig, ingressPort: "8443" });
  assert.equal(shifted.one(listener, "ingress").inputs.port, 8443);
  const rules = shifted
    .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter(({ name }) => name.startsWith("insiders-"))
    .map(({ inputs }) => [inputs.fromPort, inputs.toPort]);
  assert.deepEqual(rules, [
    [8443, 8443],
    [8443, 8443],
  ]);
  assert.equal(readIssuer(shifted), "https://feature-x.api.example.com:8443");
  assert.equal(readIssuer(environment), "https://feature-x.api.example.com");
  assert.equal(shifted.outputs.ingress.port, 8443);
});

function readIssuer(deployed: Deployed): string | undefined {
  const { inputs } = deployed.one("aws:ecs/taskDefinition:TaskDefinition", "gateway");
  const [{ environment: variables }] = JSON.parse(inputs.containerDefinitions);
  return variables.find((it: { name: string }) => it.name === "ISSUER")?.value;
}

test("an environment's ingress verifies client certificates, and only once it has the revocation list", async () => {
  const { inputs, dependencies } = environment.one(listener, "ingress");
  assert.deepEqual(inputs.mutualAuthentication, {
    mode: "verify",
    trustStoreArn: arn("insiders"),
    ignoreClientCertificateExpiry: false,
  });
  assert.ok(dependencies.some((urn) => urn.includes("TrustStoreRevocation")));
  assert.equal(production.one(listener, "ingress").inputs.mutualAuthentication, undefined);
});

test("the trust store contains the operator's authority and its first revocation list", async () => {
  const object = (key: string) => environment.one("aws:s3/bucketObjectv2:BucketObjectv2", key).inputs;
  assert.equal(object("authority.pem").content, environmentConfig.insiderAuthority);
  assert.equal(object("revoked-0.crl").content, environmentConfig.revocationList);
  const store = environment.one("aws:lb/trustStore:TrustStore", "insiders").inputs;
  assert.equal(store.caCertificatesBundleS3Key, "authority.pem");
  const revocation = environment.one("aws:lb/trustStoreRevocation:TrustStoreRevocation", "insiders").inputs;
  assert.equal(revocation.revocationsS3Key, "revoked-0.crl");
  assert.equal(revocation.revocationsS3Bucket, store.caCertificatesBundleS3Bucket);
});

test("slow start and deregistration delay are the drain time, and SIGKILL comes 10 s after it", async () => {
  for (const { inputs } of environment.all("aws:lb/targetGroup:TargetGroup")) {
    assert.equal(inputs.slowStart, 45);
    assert.equal(inputs.deregistrationDelay, 45);
    assert.equal(inputs.loadBalancingAlgorithmType, "round_robin");
  }
  for (const { inputs } of environment.all("aws:ecs/taskDefinition:TaskDefinition")) {
    const [container] = JSON.parse(inputs.containerDefinitions);
    assert.equal(container.stopTimeout, 55);
    assert.ok(
      container.environment.some(
        (it: { name: string; value: string }) => it.name === "DRAIN_SECONDS" && it.value === "45",
      ),
    );
  }
  const { userData } = environment.one("aws:ec2/launchTemplate:LaunchTemplate", "instances").inputs;
  assert.match(Buffer.from(userData, "base64").toString(), /^ECS_CONTAINER_STOP_TIMEOUT=55s$/m);
});

test("the certificate is validated for both host names, and both lead to the ingress", async () => {
  const { inputs } = environment.one("aws:acm/certificate:Certificate", "ingress");
  assert.equal(inputs.domainName, "feature-x.api.example.com");
  assert.deepEqual(inputs.subjectAlternativeNames, ["admin.feature-x.api.example.com"]);
  const records = environment.all("aws:route53/record:Record");
  const proofs = records.filter((it) => it.inputs.type === "CNAME").map((it) => it.inputs.name);
  assert.deepEqual(proofs, ["_proof.feature-x.api.example.com", "_proof.admin.feature-x.api.example.com"]);
  const aliases = records.filter((it) => it.inputs.type === "A");
  assert.deepEqual(
    aliases.map((it) => it.inputs.name),
    ["feature-x.api.example.com", "admin.feature-x.api.example.com"],
  );
  for (const { inputs: alias } of aliases) assert.equal(alias.aliases[0].name, "ingress.elb.example");
});

test("the admin site has its own host name, everything else goes to gateways", async () => {
  const rule = environment.one("aws:lb/listenerRule:ListenerRule", "admin").inputs;
  assert.deepEqual(rule.conditions, [{ hostHeader: { values: ["admin.feature-x.api.example.com"] } }]);
  assert.deepEqual(rule.actions, [{ type: "forward", targetGroupArn: arn("admin") }]);
  assert.deepEqual(environment.one(listener, "ingress").inputs.defaultActions, [
    { type: "forward", targetGroupArn: arn("gateway") },
  ]);
});

test("the upstream is reachable inside the VPC only", async () => {
  const { inputs } = environment.one("aws:lb/loadBalancer:LoadBalancer", "upstream");
  assert.equal(inputs.internal, true);
  assert.deepEqual(
    inputs.subnets,
    [1, 2, 3].map((zone) => `subnet-private-${zone}`),
  );
});

test("access logs go to the bucket whose policy lets load balancers write there and nowhere else", async () => {
  const { inputs, dependencies } = environment.one("aws:lb/loadBalancer:LoadBalancer", "ingress");
  assert.deepEqual(inputs.accessLogs, {
    enabled: true,
    bucket: "feature-x-logs-123456789012-eu-west-1",
    prefix: "ingress",
  });
  assert.ok(dependencies.some((urn) => urn.includes("BucketPolicy")));
  const policy = JSON.parse(environment.one("aws:s3/bucketPolicy:BucketPolicy", "logs").inputs.policy);
  const allowed = policy.Statement.filter((it: { Effect: string }) => it.Effect === "Allow");
  assert.deepEqual(
    allowed.map((it: { Resource: string }) => it.Resource),
    [`${arnOf("aws:s3/bucket:Bucket", "logs")}/ingress/AWSLogs/123456789012/*`],
  );
});

test("no bucket allows public access or access without TLS", async () => {
  for (const { name } of environment.all("aws:s3/bucket:Bucket")) {
    const block = environment.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name).inputs;
    const { bucket: _, ...flags } = block;
    assert.deepEqual(Object.values(flags), [true, true, true, true]);
    const policy = JSON.parse(environment.one("aws:s3/bucketPolicy:BucketPolicy", name).inputs.policy);
    assert.ok(
      policy.Statement.some(
        (it: { Sid?: string; Effect: string }) => it.Sid === "TlsOnly" && it.Effect === "Deny",
      ),
    );
  }
});

test("clients connect again after a minute, because certificates are verified in handshakes only", async () => {
  assert.equal(environment.one("aws:lb/loadBalancer:LoadBalancer", "ingress").inputs.clientKeepAlive, 60);
  const upstream = environment.one("aws:lb/loadBalancer:LoadBalancer", "upstream").inputs;
  assert.equal(upstream.clientKeepAlive, undefined);
});
