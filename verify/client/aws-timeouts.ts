/**
 * Limits of every request that a check sends to AWS or to the local region, for the constructors of the SDK's clients.
 * Without them the SDK waits for a response as long as the connection lives; without `throwOnRequestTimeout` it only logs
 * a warning. A check that reaches them is inconclusive.
 */
export const awsLimits = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;
