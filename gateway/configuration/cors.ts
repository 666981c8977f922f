import type { Cors } from "../routing/cors.ts";
import { corsLimits } from "./bounds.ts";
import type { EntryProblems } from "./problems.ts";

/** Fills in defaults; lower-cases hosts and header names and removes duplicates. */
export function normalizeCors(cors: Partial<Cors>): Cors {
  return {
    origins: unique((cors.origins ?? []).map(normalizeOrigin)),
    headers: unique(cors.headers ?? corsLimits.headers),
    exposedHeaders: unique(cors.exposedHeaders ?? []),
    credentials: cors.credentials ?? false,
    maxAgeSeconds: cors.maxAgeSeconds ?? corsLimits.maxAgeSeconds.usual,
  };
}

/** As a browser writes it; anything more than an origin is kept for validation to refuse. */
function normalizeOrigin(text: string): string {
  const url = URL.parse(text);
  return url !== null && url.href === `${url.origin}/` ? url.origin : text;
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words.map((word) => word.trim().toLowerCase()))].sort();
}

/** All problems are reported for the field `cors`. */
export function validateCors(cors: Cors, report: EntryProblems): void {
  const { origins, headers, exposedHeaders, credentials, maxAgeSeconds } = cors;
  const most = corsLimits.entries;
  report.require(origins.length > 0, "cors", "At least one origin is required.");
  for (const list of [origins, headers, exposedHeaders])
    report.require(list.length <= most, "cors", `There are ${list.length} entries; the maximum is ${most}.`);
  const isEvery = origins.includes("*");
  report.require(
    !isEvery || origins.length === 1,
    "cors",
    "* allows every origin and cannot be combined with others.",
  );
  report.require(!isEvery || !credentials, "cors", "Credentials require explicit origins, not *.");
  for (const origin of origins)
    report.require(
      origin === "*" || isWebOrigin(origin),
      "cors",
      `${JSON.stringify(origin)} is not a valid origin; use the form https://app.example.com, without a path.`,
    );
  for (const name of [...headers, ...exposedHeaders])
    report.require(
      /^[a-z0-9-]{1,100}$/.test(name),
      "cors",
      `${JSON.stringify(name)} is not a valid header field name.`,
    );
  report.number("cors", maxAgeSeconds, corsLimits.maxAgeSeconds);
}

function isWebOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === origin;
}
