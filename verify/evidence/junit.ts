import { describeDifference } from "../difference.ts";
import { describeImage } from "../images.ts";
import type { BareResult, CheckResult } from "../result.ts";
import { longestText, shortenTexts } from "../shorten.ts";
import { escapeMarkup } from "./markup.ts";

/**
 * Renders a run as JUnit XML: one suite per suite, one case per claim; failed is a failure, inconclusive an error.
 */
export function renderJunit(result: BareResult): string {
  const suites = [...Map.groupBy(result.checks, (check) => check.suite)];
  const counts = countAttributes(result.checks, result.durationMs);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeMarkup(`dmm-env verify ${result.environment}`)}" ${counts}>`,
    ...suites.flatMap(([suite, checks]) => renderSuite(result, suite, checks)),
    "</testsuites>",
    "",
  ].join("\n");
}

function renderSuite(result: BareResult, suite: string, checks: readonly CheckResult[]): readonly string[] {
  const durationMs = checks.reduce((sum, check) => sum + check.durationMs, 0);
  const property = (name: string, value: string): string =>
    `      <property name="${name}" value="${escapeMarkup(value)}"/>`;
  return [
    `  <testsuite name="${escapeMarkup(suite)}" timestamp="${result.startedAt}" ${countAttributes(checks, durationMs)}>`,
    "    <properties>",
    property("run", result.id),
    property("environment", result.environment),
    property("target", result.target),
    property("profile", result.profile),
    ...result.images.map((image) => property("image", describeImage(image))),
    ...result.differences.map((difference) => property("difference", describeDifference(difference))),
    "    </properties>",
    ...checks.flatMap((check) => renderCase(suite, check)),
    "  </testsuite>",
  ];
}

function renderCase(suite: string, check: CheckResult): readonly string[] {
  const open = `    <testcase classname="${escapeMarkup(suite)}" name="${escapeMarkup(check.claim)}" time="${seconds(check.durationMs)}">`;
  const message = escapeMarkup(check.message);
  const output = `      <system-out>${escapeMarkup(`${check.message}\n${JSON.stringify(shortenTexts(check.evidence, longestText), undefined, 1)}`)}</system-out>`;
  if (check.verdict === "failed")
    return [open, `      <failure type="failed" message="${message}"/>`, output, "    </testcase>"];
  if (check.verdict === "inconclusive")
    return [open, `      <error type="inconclusive" message="${message}"/>`, output, "    </testcase>"];
  return [open, output, "    </testcase>"];
}

function countAttributes(checks: readonly CheckResult[], durationMs: number): string {
  const count = (verdict: string): number => checks.filter((check) => check.verdict === verdict).length;
  return `tests="${checks.length}" failures="${count("failed")}" errors="${count("inconclusive")}" skipped="0" time="${seconds(durationMs)}"`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
