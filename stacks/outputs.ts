/**
 * The stack's outputs of one deployed environment, read by the command line and by the verification suites. Names
 * and ids only; no secret is ever an output.
 */
export interface PlatformOutputs {
  /** Name of the environment, as in every resource's tag `dmm:environment`. */
  readonly environment: string;
  /** AWS Region, for example `eu-west-1`. */
  readonly region: string;
  readonly network: {
    readonly vpcId: string;
    readonly addressBlock: string;
    readonly availabilityZones: readonly string[];
  };
  readonly ingress: {
    /** Host name in the certificate, for example `feature-x.api.example.com`. */
    readonly domain: string;
    /** The load balancer's own DNS name (an address on the local target). */
    readonly dnsName: string;
    /** Port of the listener: 443, unless configured otherwise; then it is part of the issuer as well. */
    readonly port: number;
    readonly loadBalancerArn: string;
    readonly listenerArn: string;
    readonly gatewayTargetGroupArn: string;
    readonly securityGroupId: string;
  };
  /** The access restrictions; null in production, which is open to the public. */
  readonly access: {
    readonly trustStoreArn: string;
    readonly bucket: string;
    readonly networks: readonly string[];
  } | null;
  readonly compute: {
    readonly clusterArn: string;
    readonly clusterName: string;
    /** ECS service names by role. */
    readonly services: { readonly gateway: string; readonly admin: string; readonly stub: string };
    readonly drainSeconds: number;
    /** The image of every service, by digest if its registry is ECR. */
    readonly image: string;
  };
  readonly database: {
    readonly clusterIdentifier: string;
    readonly writerEndpoint: string;
    readonly readerEndpoint: string;
    readonly port: number;
    readonly name: string;
  };
  readonly cache: {
    readonly replicationGroupId: string;
    readonly configurationEndpoint: string;
    readonly port: number;
  };
  readonly logs: {
    readonly deliveryStream: string;
    readonly bucket: string;
  };
  readonly verifier: {
    /** OAuth2 client that the verification suites use. */
    readonly clientId: string;
    /** Name of the SSM SecureString that holds its secret. */
    readonly secretParameter: string;
  };
}
