import type { Family, Labels } from "./family.ts";

/** The Prometheus text format, version 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const contentType = "text/plain; version=0.0.4; charset=utf-8";

export function renderFamilies(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const family of families) {
    const { name, type, help, samples } = family;
    // Nothing has happened yet that would have labels.
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`);
    if (type === "histogram") renderHistogram(family, lines);
    else
      for (const { labels, values } of samples)
        lines.push(`${name}${renderLabels(labels)} ${renderValue(values[0]!)}`);
  }
  return `${lines.join("\n")}\n`;
}

function renderHistogram({ name, bounds = [], samples }: Family, lines: string[]): void {
  for (const { labels, values } of samples) {
    const [count, sum] = values.slice(bounds.length);
    bounds.forEach((bound, index) => {
      lines.push(`${name}_bucket${renderLabels({ ...labels, le: bound })} ${values[index]}`);
    });
    lines.push(`${name}_bucket${renderLabels({ ...labels, le: "+Inf" })} ${count}`);
    lines.push(
      `${name}_sum${renderLabels(labels)} ${renderValue(sum!)}`,
      `${name}_count${renderLabels(labels)} ${count}`,
    );
  }
}

/** Sums of seconds are whole microseconds: rounding differences would look like a counter that decreased. */
function renderValue(value: number): number {
  return Number.isInteger(value) ? value : Math.round(value * 1e6) / 1e6;
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(String(value))}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
