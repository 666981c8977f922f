import type { JWK } from "jose";
import type {
  ClientKey,
  ClientKeys,
  HealthEntry,
  RouteEntry,
  TargetEntry,
} from "../../configuration/document.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import type { Cors } from "../../routing/cors.ts";

/** `2026-11-24 14:03:05 UTC`: UTC, so that everyone reads the same time. */
export function renderTime(time: Date, precision: "second" | "day" = "second"): Html {
  const iso = time.toISOString();
  const day = iso.slice(0, 10);
  if (precision === "day") return html`<time datetime="${day}">${day}</time>`;
  return html`<time datetime="${iso}">${day} ${iso.slice(11, 19)} UTC</time>`;
}

/** Milliseconds in readable units. */
export function describeDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return `${Number((ms / 60_000).toFixed(1))} min`;
}

export function describeRate(rate: RouteEntry["rate"]): string {
  return rate === null ? "" : `${rate.perSecond}/s, burst ${rate.burst}`;
}

export function describeTarget({ origin, weight }: TargetEntry): string {
  return weight === 1 ? origin : `${origin} × ${weight}`;
}

export function renderCodeList(words: readonly string[]): Content {
  return words.map((word) => html`<code class="word">${word}</code> `);
}

/** `RSA "2027" (thumbprint NzbLsXh8uD…)`: the client chooses the key id, the thumbprint identifies the key. */
async function describeKey(key: ClientKey): Promise<string> {
  const { calculateJwkThumbprint } = await import("jose");
  const type = key.kty === "RSA" ? "RSA" : `${key.kty} ${key.crv}`;
  const name = key.kid === undefined ? "" : ` ${JSON.stringify(key.kid)}`;
  return `${type}${name} (thumbprint ${(await calculateJwkThumbprint(key as JWK)).slice(0, 16)}…)`;
}

/** `/health every 5 s`. */
export function describeHealth(health: HealthEntry | null): string {
  return health === null ? "" : `${health.path} every ${describeDuration(health.intervalMs)}`;
}

/** `https://app.example.com, with credentials; sends authorization; reads etag; 600 s`. */
function describeCors({ origins, headers, exposedHeaders, credentials, maxAgeSeconds }: Cors): string {
  return [
    `${origins.join(", ")}${credentials ? ", with credentials" : ""}`,
    ...(headers.length > 0 ? [`request headers ${headers.join(", ")}`] : []),
    ...(exposedHeaders.length > 0 ? [`exposed headers ${exposedHeaders.join(", ")}`] : []),
    `${maxAgeSeconds} s`,
  ].join("; ");
}

/** Whether a field of an entry is unset. */
export function isUnset(value: unknown): value is null | undefined | "" | readonly [] {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/** Any field of an entry as text, for comparisons. */
export async function describeValue(value: unknown): Promise<string> {
  if (isUnset(value)) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value))
    return value
      .map((item) => (typeof item === "object" ? describeTarget(item as TargetEntry) : String(item)))
      .join(", ");
  if (typeof value === "object" && "keys" in value)
    return (await Promise.all((value as ClientKeys).keys.map(describeKey))).join(", ");
  if (typeof value === "object" && "origins" in value) return describeCors(value as Cors);
  if (typeof value === "object" && "intervalMs" in value) return describeHealth(value as HealthEntry);
  if (typeof value === "object") return describeRate(value as RouteEntry["rate"]);
  return String(value);
}
