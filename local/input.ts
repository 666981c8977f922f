import { AwsError, type AwsRequest } from "./operation.ts";

/** Typed access to members of an API's input; a missing or invalid one is the caller's error. */
export function requiredText(request: AwsRequest, name: string): string {
  const value = request.input[name];
  if (typeof value === "string" && value !== "") return value;
  throw invalid(
    request,
    `${name} is ${value === undefined ? "missing" : JSON.stringify(value)}; it must be a text.`,
  );
}

export function optionalText(request: AwsRequest, name: string): string | undefined {
  return request.input[name] === undefined ? undefined : requiredText(request, name);
}

export function optionalNumber(request: AwsRequest, name: string): number | undefined {
  const value = request.input[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw invalid(request, `${name} is ${JSON.stringify(value)}; it must be a number.`);
}

export function optionalFlag(request: AwsRequest, name: string): boolean {
  const value = request.input[name];
  return value === true || value === "true";
}

export function textList(request: AwsRequest, name: string): readonly string[] {
  const value = request.input[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw invalid(request, `${name} must be a list of texts.`);
}

export function textMap(request: AwsRequest, name: string): Readonly<Record<string, string>> {
  const value = request.input[name] ?? {};
  const right =
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((item) => typeof item === "string");
  if (right) return value as Record<string, string>;
  throw invalid(request, `${name} must be a map of texts.`);
}

/** A blob of a JSON protocol: base64. */
export function blob(request: AwsRequest, name: string): Buffer {
  return Buffer.from(requiredText(request, name), "base64");
}

function invalid(request: AwsRequest, message: string): AwsError {
  return new AwsError("ValidationException", `${request.operation}: ${message}`);
}
