import { textLimits, upstreamLimits } from "../../configuration/bounds.ts";
import { html } from "../../page/html.ts";
import type { EntryForm } from "./entry-form.ts";
import type { FormReader } from "./form-values.ts";
import { describeDuration, describeHealth, describeTarget } from "./values.ts";

export const upstreamForm: EntryForm<"upstreams"> = {
  kind: "upstreams",
  title: "APIs",
  lead: "APIs behind the gateways. Each has one or more origins; healthy origins are chosen by weight.",
  nameHint: "Routes refer to it by this name.",
  columns: [
    {
      title: "Origins",
      cell: ({ targets }) =>
        html`<ul class="plain">${targets.map((target) => html`<li><code>${describeTarget(target)}</code>${target.weight === 0 && html` <span class="badge">disabled</span>`}</li>`)}</ul>`,
    },
    { title: "Connect timeout", cell: ({ connectLimitMs }) => describeDuration(connectLimitMs) },
    { title: "Health check", cell: ({ health }) => describeHealth(health) },
    {
      title: "Routes",
      cell: ({ name }, { routes }) => {
        const count = routes.filter(({ upstream }) => upstream === name).length;
        return count === 0
          ? html`<span class="muted">none</span>`
          : html`<a href="/routes?find=${encodeURIComponent(name)}">${count}</a>`;
      },
    },
  ],
  groups: () => [
    {
      legend: "Destination",
      fields: [
        {
          type: "lines",
          name: "targets",
          label: "Origins",
          hint: "One per line, for example http://10.0.0.5:8080. Optionally add a weight after the origin: the default is 1; 0 disables it.",
          rows: 4,
        },
        {
          type: "number",
          name: "connectLimitMs",
          label: "Connect timeout",
          bounds: upstreamLimits.connectLimitMs,
        },
      ],
    },
    {
      legend: "Health",
      fields: [
        {
          type: "text",
          name: "health",
          label: "Health check path",
          hint: "Every gateway probes each origin at this path; a status from 200 to 399 counts as healthy. Leave empty to rely on failed requests only.",
          code: true,
          longest: textLimits.path,
        },
        {
          type: "number",
          name: "healthIntervalMs",
          label: "Interval",
          bounds: upstreamLimits.healthIntervalMs,
        },
      ],
    },
  ],
  blank: {
    name: "",
    targets: "",
    connectLimitMs: String(upstreamLimits.connectLimitMs.usual),
    health: "",
    healthIntervalMs: String(upstreamLimits.healthIntervalMs.usual),
  },
  write: ({ name, connectLimitMs, health, targets }) => ({
    name,
    connectLimitMs: String(connectLimitMs),
    health: health?.path ?? "",
    healthIntervalMs: String(health?.intervalMs ?? upstreamLimits.healthIntervalMs.usual),
    targets: targets.map(({ origin, weight }) => (weight === 1 ? origin : `${origin} ${weight}`)).join("\n"),
  }),
  read: (reader) => ({
    name: reader.name,
    connectLimitMs: reader.number("connectLimitMs", upstreamLimits.connectLimitMs.usual),
    health: readHealth(reader),
    targets: reader.lines("targets").map((line) => readTarget(line, reader)),
  }),
};

function readHealth(reader: FormReader) {
  const path = reader.optional("health");
  const intervalMs = reader.number("healthIntervalMs", upstreamLimits.healthIntervalMs.usual);
  return path === null ? null : { path, intervalMs };
}

function readTarget(line: string, reader: FormReader) {
  const [origin = "", weight = "", ...more] = line.split(/\s+/);
  const text = more.length > 0 ? line.slice(origin.length).trim() : weight;
  return { origin, weight: reader.parseNumber("targets", text, upstreamLimits.weight.usual) };
}
