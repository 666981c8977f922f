import { corsLimits } from "../../configuration/limits.ts";
import type { Cors } from "../../routing/cors.ts";
import type { FieldGroup } from "./field.ts";
import type { FormReader, Values } from "./form-values.ts";

/** Problems of all of them are told at the origins. */
export const corsGroup: FieldGroup = {
  legend: "Pages of other origins (CORS)",
  fields: [
    {
      type: "lines",
      name: "cors",
      label: "Origins",
      hint: "One a line, like https://app.example.com; * is every origin. Empty: the upstream decides, and errors of the gateway are readable to none.",
      rows: 3,
    },
    {
      type: "lines",
      name: "corsHeaders",
      label: "Request header fields",
      hint: "One a line, beyond those that every page may send.",
      rows: 3,
    },
    {
      type: "lines",
      name: "corsExposedHeaders",
      label: "Response header fields that pages may read",
      hint: "One a line, beside the gateway's own.",
      rows: 2,
    },
    { type: "flag", name: "corsCredentials", label: "With cookies and client certificates" },
    {
      type: "number",
      name: "corsMaxAge",
      label: "Preflight remembered",
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
