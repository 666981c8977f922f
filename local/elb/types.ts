/** Resource types of Elastic Load Balancing, as Pulumi names them. */
export const types = {
  loadBalancer: "aws:lb/loadBalancer:LoadBalancer",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  listener: "aws:lb/listener:Listener",
  listenerRule: "aws:lb/listenerRule:ListenerRule",
  trustStore: "aws:lb/trustStore:TrustStore",
  trustStoreRevocation: "aws:lb/trustStoreRevocation:TrustStoreRevocation",
} as const;
