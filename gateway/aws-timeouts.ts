/**
 * Limits of every request to AWS, for the constructors of the SDK's clients. Without them the SDK waits for a
 * response as long as the connection lives; without `throwOnRequestTimeout` it only logs a warning.
 */
export const awsLimits = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
