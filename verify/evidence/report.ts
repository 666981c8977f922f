import type { Verdict } from "../check.ts";
import { countDifferences, type Difference, selectOwn } from "../difference.ts";
import { describeImage } from "../images.ts";
import type { BareResult, CheckResult } from "../result.ts";
import { longestText, shortenTexts } from "../shorten.ts";
import { escapeMarkup } from "./markup.ts";
import { reportStyle } from "./report-style.ts";
import { renderTimeline } from "./timeline.ts";

const sentences: Readonly<Record<Verdict, string>> = {
  passed: "All checked claims passed.",
  failed: "At least one claim failed.",
  inconclusive: "At least one claim is inconclusive.",
};

const marks: Readonly<Record<Verdict, string>> = { passed: "✓", failed: "✗", inconclusive: "?" };

/** Renders a run as one self-contained HTML page: no script, no network, readable on a phone and on paper. */
export function renderReport(result: BareResult): string {
  const suites = [...Map.groupBy(result.checks, (check) => check.suite)];
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeMarkup(result.environment)}: ${result.verdict}</title>`,
    `<style>${reportStyle}</style>`,
    "</head>",
    "<body>",
    renderHead(result),
    // Problems come first: the reader must act on them.
    renderProblems(result.checks),
    ...suites.map(([suite, checks]) => renderSuite(suite, checks)),
    renderDifferences(result.differences),
    renderNotRun(result.notRun),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function renderHead(result: BareResult): string {
  const { totals } = result;
  const facts: readonly (readonly [string, string])[] = [
    ["Environment", `${result.environment} (${result.target})`],
    ["Run", result.id],
    ["Profile", result.profile],
    ["Differs from production", countDifferences(result.differences)],
    ...selectOwn(result.differences).map(
      ({ what, production, environment }) => [what, `${environment} instead of ${production}`] as const,
    ),
    ["Started", result.startedAt],
    ["Took", `${(result.durationMs / 1_000).toFixed(1)} s`],
    [
      "Claims",
      `${totals.passed} passed, ${totals.failed} failed, ${totals.inconclusive} inconclusive, ${result.notRun.length} not run`,
    ],
  ];
  return [
    `<header class="${result.verdict}">`,
    `<h1><span aria-hidden="true">${marks[result.verdict]}</span> ${escapeMarkup(result.environment)}: ${result.verdict}</h1>`,
    `<p>${sentences[result.verdict]}</p>`,
    `<dl>${facts.map(([name, value]) => `<div>${renderFact(name, value)}</div>`).join("")}`,
    // A reference with its digest is wider than a column.
    `${result.images.map((image) => `<div class="wide">${renderFact("Image", describeImage(image))}</div>`).join("")}</dl>`,
    "</header>",
  ].join("\n");
}

function renderFact(name: string, value: string): string {
  return `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`;
}

function renderProblems(checks: readonly CheckResult[]): string {
  const problems = checks.filter((check) => check.verdict !== "passed");
  if (problems.length === 0) return "";
  const items = problems.map(
    (check) =>
      `<li class="${check.verdict}"><strong>${escapeMarkup(check.claim)}:</strong> ${escapeMarkup(check.message)}</li>`,
  );
  return `<section><h2>What blocks a release</h2><ul>${items.join("")}</ul></section>`;
}

function renderSuite(suite: string, checks: readonly CheckResult[]): string {
  return [`<section><h2>${escapeMarkup(suite)}</h2>`, ...checks.map(renderCheck), "</section>"].join("\n");
}

function renderCheck(check: CheckResult): string {
  const timelines = check.evidence
    .filter((seen) => seen.name === "timeline")
    .map((seen) => renderTimeline(seen.value));
  const rest = check.evidence.filter((seen) => seen.name !== "timeline");
  return [
    `<details class="${check.verdict}"${check.verdict === "passed" ? "" : " open"}>`,
    `<summary><span class="verdict">${marks[check.verdict]} ${check.verdict}</span> ${escapeMarkup(check.claim)} <small>${check.durationMs} ms</small></summary>`,
    `<p>${escapeMarkup(check.message)}</p>`,
    ...timelines,
    ...rest.map(
      (seen) =>
        `<h3>${escapeMarkup(seen.name)}</h3><pre>${escapeMarkup(JSON.stringify(shortenTexts(seen.value, longestText), undefined, 2))}</pre>`,
    ),
    "</details>",
  ].join("\n");
}

/** This environment's own differences are expanded; those of every environment are collapsed. */
function renderDifferences(differences: readonly Difference[]): string {
  if (differences.length === 0) return "";
  const own = selectOwn(differences);
  const others = differences.filter((difference) => !own.includes(difference));
  return [
    "<section><h2>Differences from production</h2>",
    own.length === 0 ? "<p>None specific to this environment.</p>" : renderDifferenceList(own),
    others.length === 0
      ? ""
      : `<details class="muted"><summary>${others.length} common to every environment</summary>${renderDifferenceList(others)}</details>`,
    "</section>",
  ].join("\n");
}

function renderDifferenceList(differences: readonly Difference[]): string {
  const items = differences.map(({ what, production, environment, reason }) => {
    const values = `<strong>${escapeMarkup(environment)}</strong> instead of ${escapeMarkup(production)}`;
    return `<li><code>${escapeMarkup(what)}</code>: ${values}. ${escapeMarkup(reason)}</li>`;
  });
  return `<ul>${items.join("")}</ul>`;
}

function renderNotRun(notRun: readonly string[]): string {
  if (notRun.length === 0) return "";
  return `<section><h2>Not run</h2><ul>${notRun.map((check) => `<li>${escapeMarkup(check)}</li>`).join("")}</ul></section>`;
}
