import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { counter, type Family, gauge } from "../../../gateway/metrics/family.ts";
import { keepCounts, mergeFamilies } from "../../../gateway/metrics/merge.ts";
import { renderFamilies } from "../../../gateway/metrics/render.ts";
import { PrometheusText } from "../prometheus-text.ts";

const duration = (values: readonly number[], route = "a"): Family => ({
  name: "seconds",
  type: "histogram",
  help: "How long.",
  rule: "sum",
  bounds: [0.1, 1],
  samples: [{ labels: { route }, values }],
});

test("any label or help text is parsed back unchanged", async () => {
  const text = fc.string({ unit: fc.constantFrom("\\", '"', "\n", "n", "a", "{", "}", ",", "=", " ", "ä") });
  fc.assert(
    fc.property(
      text,
      text,
      fc.nat().map((microseconds) => microseconds / 1e6),
      (label, help, value) => {
        const family = counter("things_total", `.${help}`, [[{ route: label, code: "x" }, value]]);
        const parsed = PrometheusText.parse(renderFamilies([family]));
        assert.equal(parsed.family("things_total").help, `.${help}`);
        assert.equal(parsed.value("things_total", { route: label, code: "x" }), value);
      },
    ),
  );
});

test("sums do not depend on the order of addition, so that no counter decreases", async () => {
  const seconds = fc.nat({ max: 10_000_000 }).map((microseconds) => microseconds / 1e6);
  const render = (sums: readonly number[]) =>
    renderFamilies(mergeFamilies(sums.map((sum) => [duration([0, 0, 1, sum])])));
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 2, maxLength: 9 }), (sums) => {
      assert.equal(render(sums), render([...sums].reverse()));
    }),
  );
});

test("a family without samples is omitted completely", async () => {
  const text = renderFamilies([counter("errors_total", "Errors.", []), gauge("open", "sum", "Open.", 1)]);
  assert.equal(text, "# HELP open Open.\n# TYPE open gauge\nopen 1\n");
});

test("a histogram has its buckets, the infinite one, its sum and its count", async () => {
  assert.equal(
    renderFamilies([duration([1, 2, 3, 4.5])]),
    [
      "# HELP seconds How long.",
      "# TYPE seconds histogram",
      'seconds_bucket{route="a",le="0.1"} 1',
      'seconds_bucket{route="a",le="1"} 2',
      'seconds_bucket{route="a",le="+Inf"} 3',
      'seconds_sum{route="a"} 4.5',
      'seconds_count{route="a"} 3',
      "",
    ].join("\n"),
  );
});

test("samples with the same labels are merged by their rule, and others stay separate", async () => {
  const worker = (running: number, version: number, route: string) => [
    duration([1, 1, 2, 0.5], route),
    counter("requests_total", "Requests.", 5),
    gauge("running", "sum", "Running.", running),
    gauge("version", "min", "Version.", version),
    gauge("longest", "max", "Longest.", running),
  ];
  const merged = mergeFamilies([worker(1, 7, "a"), worker(3, 6, "a"), worker(0, 7, "b")]);
  const text = PrometheusText.parse(renderFamilies(merged));
  assert.equal(text.value("requests_total"), 15);
  assert.equal(text.value("running"), 4);
  assert.equal(text.value("version"), 6);
  assert.equal(text.value("longest"), 3);
  assert.equal(text.value("seconds_bucket", { route: "a", le: "0.1" }), 2);
  assert.equal(text.value("seconds_count", { route: "a" }), 4);
  assert.equal(text.value("seconds_sum", { route: "a" }), 1);
  assert.equal(text.value("seconds_count", { route: "b" }), 2);
});

test("the counters of an ended worker are kept and its gauges are not", async () => {
  const kept = keepCounts([counter("a_total", "A.", 1), gauge("b", "sum", "B.", 1), duration([0, 0, 0, 0])]);
  assert.deepEqual(
    kept.map(({ name }) => name),
    ["a_total", "seconds"],
  );
});

test("the tests' parser refuses text that is not in this format", async () => {
  const head = "# HELP a_total A.\n# TYPE a_total counter\n";
  for (const text of [
    `${head}a_total 1`,
    "a_total 1\n",
    "# TYPE a_total counter\na_total 1\n",
    `${head}a_total 1\n${head}a_total 2\n`,
    `${head}a_total 1\na_total 1\n`,
    `${head}b_total 1\n`,
    `${head}a_total{b="c} 1\n`,
    `${head}a_total{b="\\x"} 1\n`,
    `${head}a_total{b="c",} 1\n`,
    `${head}a_total{b="c" c="d"} 1\n`,
    `${head}a_total one\n`,
    `${head}a_total -1\n`,
    `${head}\na_total 1\n`,
    "# HELP a A.\n# TYPE a counter\na 1\n",
    '# HELP a A.\n# TYPE a histogram\na_bucket{le="1"} 1\na_sum 1\na_count 1\n',
    '# HELP a A.\n# TYPE a histogram\na_bucket{le="+Inf"} 2\na_sum 1\na_count 1\n',
  ])
    assert.throws(() => PrometheusText.parse(text), { name: "AssertionError" }, text);
});
