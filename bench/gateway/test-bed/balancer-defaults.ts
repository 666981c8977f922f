/**
 * Common HAProxy settings of the benchmark: one thread, persistent connections on both sides, like the region's
 * balancers.
 */
export const balancerDefaults = `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  option http-keep-alive
  option forwardfor
  http-reuse always
  timeout client 75s
  timeout http-keep-alive 75s
  timeout connect 1s
  timeout server 30s`;
