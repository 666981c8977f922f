import { methods, rateLimits, routeLimits, textLimits } from "../../configuration/bounds.ts";
import type { ConfigurationDocument, RouteEntry } from "../../configuration/document.ts";
import { findOverlaps } from "../../configuration/overlaps.ts";
import { type Content, html } from "../../page/html.ts";
import { corsGroup, readCors, writeCors } from "./cors-fields.ts";
import type { EntryForm } from "./entry-form.ts";
import type { FieldGroup } from "./field.ts";
import type { Values } from "./form-values.ts";
import { describeRate, renderCodeList } from "./values.ts";

export const routeForm: EntryForm<"routes"> = {
  kind: "routes",
  title: "Routes",
  lead: "Which requests are routed to which API, and under what conditions. The most specific path wins.",
  nameHint: "Shown in the access log.",
  columns: [
    {
      title: "Request",
      cell: (route) => html`<span class="methods">${route.methods.join(" ")}</span>
        <code class="path">${route.host !== null && html`<span class="host">${route.host}</span>`}${route.path}</code>`,
    },
    {
      title: "API",
      cell: ({ upstream }) => html`<a href="/upstreams/${encodeURIComponent(upstream)}">${upstream}</a>`,
    },
    {
      title: "Scopes",
      cell: (route) =>
        route.public ? html`<span class="badge warning">public</span>` : renderCodeList(route.scopes),
    },
    { title: "Rate", cell: ({ rate }) => describeRate(rate) },
  ],
  groups: listGroups,
  blank: writeRoute({
    name: "",
    host: null,
    methods: ["GET"],
    path: "",
    upstream: "",
    scopes: [],
    public: false,
    rewritePrefix: null,
    firstByteLimitMs: routeLimits.firstByteLimitMs.usual,
    idleLimitMs: routeLimits.idleLimitMs.usual,
    wholeLimitMs: routeLimits.wholeLimitMs.usual,
    bodyLimitBytes: routeLimits.bodyLimitBytes.usual,
    retries: routeLimits.retries.usual,
    rate: null,
    cors: null,
  }),
  write: writeRoute,
  read: (reader) => ({
    name: reader.name,
    host: reader.optional("host"),
    methods: reader.list("methods"),
    path: reader.text("path"),
    upstream: reader.text("upstream"),
    scopes: reader.list("scopes"),
    public: reader.flag("public"),
    rewritePrefix: reader.optional("rewritePrefix"),
    firstByteLimitMs: reader.number("firstByteLimitMs", routeLimits.firstByteLimitMs.usual),
    idleLimitMs: reader.number("idleLimitMs", routeLimits.idleLimitMs.usual),
    wholeLimitMs: reader.number("wholeLimitMs", routeLimits.wholeLimitMs.usual),
    bodyLimitBytes: reader.number("bodyLimitBytes", routeLimits.bodyLimitBytes.usual),
    retries: reader.number("retries", routeLimits.retries.usual),
    rate:
      reader.optional("rate") === null
        ? null
        : {
            perSecond: reader.number("rate", rateLimits.perSecond.usual),
            burst: reader.number("burst", rateLimits.burst.usual),
          },
    cors: readCors(reader),
  }),
  aside: renderOverlaps,
};

function listGroups(document: ConfigurationDocument): readonly FieldGroup[] {
  const { firstByteLimitMs, idleLimitMs, wholeLimitMs, bodyLimitBytes, retries } = routeLimits;
  return [
    {
      legend: "Requests",
      fields: [
        {
          type: "choices",
          name: "methods",
          label: "Methods",
          hint: "GET includes HEAD.",
          options: methods.map((value) => ({ value })),
        },
        {
          type: "text",
          name: "path",
          label: "Path",
          hint: "For example /orders/{id}; * as the last segment matches everything below.",
          required: true,
          code: true,
          longest: textLimits.path,
        },
        {
          type: "text",
          name: "host",
          label: "Host",
          hint: "Leave empty to match every host.",
          code: true,
          longest: textLimits.host,
        },
      ],
    },
    {
      legend: "Destination",
      fields: [
        {
          type: "choice",
          name: "upstream",
          label: "API",
          options: document.upstreams.map(({ name }) => ({ value: name })),
        },
        {
          type: "text",
          name: "rewritePrefix",
          label: "Path rewrite",
          hint: "Replaces the part of the path before its first {parameter} or *. Leave empty to keep the path.",
          code: true,
          longest: textLimits.path,
        },
      ],
    },
    {
      legend: "Access",
      fields: [
        {
          type: "choices",
          name: "scopes",
          label: "Required scopes (all of them)",
          options: document.scopes.map(({ name, description }) => ({ value: name, hint: description })),
          none: "No scopes yet.",
        },
        {
          type: "flag",
          name: "public",
          label: "Public: no token required",
        },
      ],
    },
    {
      legend: "Limits",
      fields: [
        { type: "number", name: "firstByteLimitMs", label: "First byte timeout", bounds: firstByteLimitMs },
        { type: "number", name: "idleLimitMs", label: "Idle timeout", bounds: idleLimitMs },
        {
          type: "number",
          name: "wholeLimitMs",
          label: "Total timeout",
          hint: "0 means no limit.",
          bounds: wholeLimitMs,
        },
        { type: "number", name: "bodyLimitBytes", label: "Maximum request body", bounds: bodyLimitBytes },
        {
          type: "number",
          name: "retries",
          label: "Retries",
          hint: "For requests that are safe to retry.",
          bounds: retries,
        },
        {
          type: "number",
          name: "rate",
          label: "Rate limit per client",
          hint: "Leave empty for no limit.",
          bounds: { ...rateLimits.perSecond, unit: "/s" },
        },
        {
          type: "number",
          name: "burst",
          label: "Burst",
          hint: "Requests allowed at once.",
          bounds: rateLimits.burst,
        },
      ],
    },
    corsGroup,
  ];
}

function writeRoute(route: RouteEntry): Values {
  return {
    name: route.name,
    host: route.host ?? "",
    methods: route.methods,
    path: route.path,
    upstream: route.upstream,
    scopes: route.scopes,
    public: route.public ? "on" : "",
    rewritePrefix: route.rewritePrefix ?? "",
    firstByteLimitMs: String(route.firstByteLimitMs),
    idleLimitMs: String(route.idleLimitMs),
    wholeLimitMs: String(route.wholeLimitMs),
    bodyLimitBytes: String(route.bodyLimitBytes),
    retries: String(route.retries),
    rate: route.rate === null ? "" : String(route.rate.perSecond),
    burst: String(route.rate?.burst ?? rateLimits.burst.usual),
    ...writeCors(route.cors),
  };
}

function renderOverlaps(route: RouteEntry, document: ConfigurationDocument): Content {
  const overlaps = findOverlaps(route, document.routes);
  if (overlaps.length === 0) return undefined;
  return html`<section class="aside"><h2>Overlapping routes</h2>
    <p>Some requests match both routes; the more specific path wins.</p>
    <ul>${overlaps.map(({ other, winner }) => html`<li><a href="/routes/${encodeURIComponent(other)}">${other}</a>: ${winner === other ? "that route" : "this route"} wins</li>`)}</ul>
  </section>`;
}
