import { normalizeTarget } from "../exchange/request-target.ts";
import { namePattern, scopePattern, textLimits, upstreamLimits } from "./bounds.ts";
import { type ConfigurationDocument, type HealthEntry, kinds } from "./document.ts";
import { isLinkLocal } from "./link-local.ts";
import { type EntryProblems, type Problem, Problems } from "./problems.ts";
import { validateClient } from "./validate-client.ts";
import { findConflicts, validateRoute } from "./validate-route.ts";

/** Validates a normalized configuration, and returns all problems in one list. */
export function validateConfiguration(document: ConfigurationDocument): readonly Problem[] {
  const problems = new Problems();
  validateNames(document, problems);
  for (const upstream of document.upstreams) {
    const report = problems.of("upstreams", upstream.name);
    report.number("connectLimitMs", upstream.connectLimitMs, upstreamLimits.connectLimitMs);
    if (upstream.health !== null) validateHealth(upstream.health, report);
    validateTargets(upstream.targets, report);
  }
  for (const scope of document.scopes)
    problems.of("scopes", scope.name).text("description", scope.description, textLimits.description);
  const known = {
    upstreams: new Set(document.upstreams.map(({ name }) => name)),
    scopes: new Set(document.scopes.map(({ name }) => name)),
  };
  for (const route of document.routes) validateRoute(route, known, problems.of("routes", route.name));
  for (const client of document.clients)
    validateClient(client, known.scopes, problems.of("clients", client.name));
  // A table with an invalid pattern cannot be compared.
  if (problems.found.length === 0) findConflicts(document.routes, problems);
  return problems.found;
}

function validateNames(document: ConfigurationDocument, problems: Problems): void {
  for (const kind of kinds) {
    const pattern = new RegExp(kind === "scopes" ? scopePattern : namePattern);
    const seen = new Set<string>();
    for (const { name } of document[kind]) {
      const report = problems.of(kind, name);
      report.require(
        pattern.test(name) && name.length <= textLimits.name,
        "name",
        `A name must have 1 to ${textLimits.name} characters (letters, digits and ${kind === "scopes" ? ". _ - : /" : ". _ -"}) and start with a letter or digit.`,
      );
      // The database compares names case-insensitively.
      report.require(!seen.has(name.toLowerCase()), "name", "This name is already in use.");
      seen.add(name.toLowerCase());
    }
  }
}

function validateHealth({ path, intervalMs }: HealthEntry, report: EntryProblems): void {
  const target = normalizeTarget(path);
  report.require(
    path.length <= textLimits.path && target !== undefined && target.path + target.query === path,
    "health",
    `${JSON.stringify(path)} is not a valid path; use the form /health, with at most ${textLimits.path} characters.`,
  );
  report.number("health", intervalMs, upstreamLimits.healthIntervalMs);
}

interface Target {
  readonly origin: string;
  readonly weight: number;
}

function validateTargets(targets: readonly Target[], report: EntryProblems): void {
  const seen = new Set<string>();
  for (const { origin, weight } of targets) {
    validateOrigin(origin, report);
    report.number("targets", weight, upstreamLimits.weight);
    report.require(!seen.has(origin), "targets", `${origin} is listed twice.`);
    seen.add(origin);
  }
  report.require(
    targets.some(({ weight }) => weight > 0),
    "targets",
    "At least one origin must have a weight above 0.",
  );
}

function validateOrigin(origin: string, report: EntryProblems): void {
  const url = URL.parse(origin);
  const right =
    url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.origin === origin;
  report.require(
    right && origin.length <= textLimits.origin,
    "targets",
    `${JSON.stringify(origin)} is not a valid origin; use the form http://10.0.0.5:8080, without a path.`,
  );
  if (right)
    report.require(
      !isLinkLocal(url.hostname),
      "targets",
      `${origin} is a link-local address, which is not allowed.`,
    );
}
