/** Port of the gateways' metrics, which has nothing else; the one that OpenTelemetry names for Prometheus. */
export const metricsPort = 9464;
