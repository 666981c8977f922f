/** Port that serves only the gateways' metrics; OpenTelemetry's default for Prometheus. */
export const metricsPort = 9464;
