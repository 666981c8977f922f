import { corsLimits } from "../../configuration/bounds.ts";
import type { Cors } from "../../routing/cors.ts";
import type { FieldGroup } from "./field.ts";
import type { FormReader, Values } from "./form-values.ts";

/** All CORS problems are shown at the field for origins. */
export const corsGroup: FieldGroup = {
  legend: "Cross-origin access (CORS)",
  fields: [
    {
      type: "lines",
      name: "cors",
      label: "Origins",
      hint: "One per line, for example https://app.example.com; * allows every origin. If empty, the upstream decides, and no origin can read gateway errors.",
      rows: 3,
    },
    {
      type: "lines",
      name: "corsHeaders",
      label: "Allowed request headers",
      hint: "One per line, in addition to the CORS-safelisted headers.",
      rows: 3,
    },
    {
      type: "lines",
      name: "corsExposedHeaders",
      label: "Exposed response headers",
      hint: "One per line, in addition to the gateway's own.",
      rows: 2,
    },
    { type: "flag", name: "corsCredentials", label: "Allow credentials (cookies, client certificates)" },
    {
      type: "number",
      name: "corsMaxAge",
      label: "Preflight cache time",
      bounds: corsLimits.maxAgeSeconds,
    },
  ],
};

export function writeCors(cors: Cors | null): Values {
  return {
    cors: cors?.origins.join("\n") ?? "",
    corsHeaders: (cors?.headers ?? corsLimits.headers).join("\n"),
    corsExposedHeaders: cors?.exposedHeaders.join("\n") ?? "",
    corsCredentials: cors?.credentials === true ? "on" : "",
    corsMaxAge: String(cors?.maxAgeSeconds ?? corsLimits.maxAgeSeconds.usual),
  };
}

export function readCors(reader: FormReader): Cors | null {
  const origins = reader.lines("cors");
  const cors = {
    origins,
    headers: reader.list("corsHeaders"),
    exposedHeaders: reader.list("corsExposedHeaders"),
    credentials: reader.flag("corsCredentials"),
    maxAgeSeconds: reader.number("corsMaxAge", corsLimits.maxAgeSeconds.usual),
  };
  return origins.length === 0 ? null : cors;
}
