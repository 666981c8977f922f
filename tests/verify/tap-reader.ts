import assert from "node:assert/strict";

export interface TapPoint {
  readonly ok: boolean;
  readonly name: string;
  readonly directive: string | undefined;
  readonly diagnostic: Record<string, unknown>;
}

export interface TapSuite {
  readonly ok: boolean;
  readonly name: string;
  readonly points: readonly TapPoint[];
}

/**
 * Parses TAP 14 strictly according to its specification: version, plans, subtests of four spaces, diagnostics,
 * directives.
 */
export function parseTap(text: string): readonly TapSuite[] {
  const lines = text.split("\n");
  assert.equal(lines.shift(), "TAP version 14");
  const plan = readPlan(lines.shift() ?? "");
  const suites: TapSuite[] = [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === "" || (line.startsWith("# ") && !line.startsWith("# Subtest: "))) continue;
    assert.match(line, /^# Subtest: /);
    const inner: string[] = [];
    while (lines[0]?.startsWith("    ")) inner.push((lines.shift() ?? "").slice(4));
    const points = readPoints(inner);
    const { ok, number, name } = readPoint(lines.shift() ?? "");
    assert.equal(number, suites.length + 1);
    suites.push({ ok, name, points });
  }
  assert.equal(suites.length, plan);
  return suites;
}

function readPoints(lines: string[]): readonly TapPoint[] {
  const plan = readPlan(lines.shift() ?? "");
  const points: TapPoint[] = [];
  while (lines.length > 0) {
    const { number, ...point } = readPoint(lines.shift() ?? "");
    assert.equal(number, points.length + 1);
    assert.equal(lines.shift(), "  ---");
    const end = lines.indexOf("  ...");
    assert.notEqual(end, -1, "a diagnostic must end");
    const pairs = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .map((line) => /^ {2}(\w+): (.*)$/.exec(line) ?? []);
    points.push({
      ...point,
      diagnostic: Object.fromEntries(pairs.map(([, key, value]) => [key, readScalar(value ?? "")])),
    });
  }
  assert.equal(points.length, plan);
  return points;
}

function readPlan(line: string): number {
  return Number(/^1\.\.(\d+)$/.exec(line)?.[1]);
}

function readPoint(line: string): Omit<TapPoint, "diagnostic"> & { readonly number: number } {
  const match = /^(not )?ok (\d+) - (.*)$/.exec(line);
  assert.ok(match, `${line} is no test point`);
  // A directive begins at the first # that is not escaped.
  const [, description = "", directive] = /^((?:[^\\#]|\\.)*)(?:#(.*))?$/.exec(match[3] ?? "") ?? [];
  return {
    ok: match[1] === undefined,
    number: Number(match[2]),
    name: description.trim().replaceAll(/\\(.)/g, "$1"),
    directive,
  };
}

function readScalar(value: string): unknown {
  return /^["[{]/.test(value) ? JSON.parse(value) : value;
}
