import assert from "node:assert/strict";

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

/**
 * Parses the Prometheus text format strictly, and refuses everything that a reader may refuse or misinterpret.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class PrometheusText {
  readonly families = new Map<string, ParsedFamily>();
  readonly #seen = new Set<string>();
  #help: { name: string; text: string } | undefined;
  #current = "";

  static parse(text: string): PrometheusText {
    assert.ok(text.endsWith("\n"), "the last line must end in a line feed");
    const parsed = new PrometheusText();
    for (const line of text.slice(0, -1).split("\n")) parsed.#take(line);
    for (const [name, family] of parsed.families) checkFamily(name, family);
    return parsed;
  }

  family(name: string): ParsedFamily {
    const family = this.families.get(name);
    assert.ok(family !== undefined, `${name} is not there`);
    return family;
  }

  /** The one sample with exactly these labels. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const value = this.find(name, labels);
    assert.ok(value !== undefined, `${name} ${JSON.stringify(labels)} is not there`);
    return value;
  }

  find(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = JSON.stringify(Object.entries(labels).sort());
    for (const { samples } of this.families.values())
      for (const sample of samples)
        if (sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted)
          return sample.value;
    return undefined;
  }

  /** Every counter, and every bucket, count and sum of a histogram, by name and labels. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { type, samples } of this.families.values())
      if (type !== "gauge")
        for (const { name, labels, value } of samples) counts.set(name + JSON.stringify(labels), value);
    return counts;
  }

  #take(line: string): void {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (help !== null) {
      assert.equal(this.#help, undefined, `no TYPE after HELP, before: ${line}`);
      this.#help = { name: help[1]!, text: decodeEscapes(help[2]!, "") };
    } else if (type !== null) {
      const name = type[1]!;
      assert.equal(this.#help?.name, name, `TYPE without its HELP: ${line}`);
      assert.ok(!this.families.has(name), `a second TYPE: ${line}`);
      this.families.set(name, { type: type[2]!, help: this.#help!.text, samples: [] });
      this.#help = undefined;
      this.#current = name;
    } else {
      assert.ok(
        !line.startsWith("#") && line !== "",
        `neither HELP, TYPE nor a sample: ${JSON.stringify(line)}`,
      );
      this.#takeSample(line);
    }
  }

  #takeSample(line: string): void {
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (\S+)$/.exec(line);
    assert.ok(match !== null, `no sample: ${line}`);
    const [, name = "", labelText = "", valueText = ""] = match;
    const family = this.families.get(this.#current);
    assert.ok(family !== undefined && this.#help === undefined, `a sample without a TYPE: ${line}`);
    const ends = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    assert.ok(
      ends.some((end) => name === this.#current + end),
      `not of the family ${this.#current}: ${line}`,
    );
    const labels = parseLabels(labelText, line);
    const identity = name + JSON.stringify(Object.entries(labels).sort());
    assert.ok(!this.#seen.has(identity), `a second sample: ${line}`);
    this.#seen.add(identity);
    family.samples.push({ name, labels, value: parseValue(valueText, line) });
  }
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const match = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,(?=.)|$)/.exec(rest);
    assert.ok(match !== null, `labels: ${line}`);
    const [whole, name = "", value = ""] = match;
    // A label of summaries, which are not used.
    const reserved = name.startsWith("__") || name === "quantile";
    assert.ok(!(name in labels) && !reserved, `label ${name}: ${line}`);
    labels[name] = decodeEscapes(value, '"');
    rest = rest.slice(whole.length);
  }
  return labels;
}

function decodeEscapes(text: string, more: string): string {
  return text.replace(/\\(.?)/g, (sequence, character: string) => {
    if (character === "n") return "\n";
    assert.ok(character !== "" && `\\${more}`.includes(character), `escape ${sequence}`);
    return character;
  });
}

function parseValue(text: string, line: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  assert.match(text, /^-?\d+(\.\d+)?(e[+-]?\d+)?$/, `value: ${line}`);
  return Number(text);
}

function checkFamily(name: string, { type, help, samples }: ParsedFamily): void {
  assert.ok(help.length > 0 && samples.length > 0, `${name} says nothing`);
  assert.equal(type === "counter", name.endsWith("_total"), `${name} is a ${type}`);
  if (type !== "gauge") for (const { value } of samples) assert.ok(value >= 0, `${name} is negative`);
  if (type === "histogram") checkHistogram(name, samples);
}

/** Buckets are cumulative, the last is infinite and equals the count, and each has a sum. */
function checkHistogram(name: string, samples: readonly ParsedSample[]): void {
  const series = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, list] of series) {
    const buckets = list.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => parseValue(labels.le ?? "", key));
    const [sums, counts] = ["_sum", "_count"].map((end) => list.filter((one) => one.name === name + end));
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY, key);
    assert.deepEqual([sums!.length, counts!.length], [1, 1], key);
    assert.equal(buckets.at(-1)!.value, counts![0]!.value, key);
    for (let index = 1; index < buckets.length; index++) {
      assert.ok(bounds[index]! > bounds[index - 1]!, key);
      assert.ok(buckets[index]!.value >= buckets[index - 1]!.value, key);
    }
  }
}
